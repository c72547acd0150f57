import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/**
 * Just enough of X.509 to issue certificates: node:crypto can sign but not write them, and four starts of the openssl program
 * are a good part of a start-up of three seconds. Keys are ECDSA P-256; everything is valid from yesterday, for 30 days unless said otherwise.
 */
export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  /** Groups, as the API server reads them. */
  readonly organizations?: readonly string[];
}

export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly certificate: string;
  /** A certificate for clients and servers; names and addresses (IPv4) only matter to servers. */
  issue(
    subject: Subject,
    server?: { readonly names: readonly string[]; readonly addresses: readonly string[] },
  ): Certificate;
}

/** @param days for which what it issues is valid from now on; its own certificate has its 30 */
export function createAuthority(commonName: string, days = 30): Authority {
  const own = keyPair();
  const subject: Subject = { commonName };
  const certificate = certify(subject, own.publicKey, subject, own.privateKey, [
    extension(OID.basicConstraints, sequence(tlv(0x01, Buffer.from([0xff]))), true),
    // keyCertSign alone: bit 5.
    extension(OID.keyUsage, tlv(0x03, Buffer.from([2, 0b00000100])), true),
  ]);
  return {
    certificate,
    issue(forSubject, server) {
      const pair = keyPair();
      const extensions = [extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth), oid(OID.clientAuth)))];
      if (server !== undefined) {
        const names = server.names.map((name) => tlv(0x82, Buffer.from(name)));
        const addresses = server.addresses.map((address) => tlv(0x87, Buffer.from(address.split('.').map(Number))));
        extensions.push(extension(OID.subjectAltName, sequence(...names, ...addresses)));
      }
      return {
        certificate: certify(forSubject, pair.publicKey, subject, own.privateKey, extensions, days),
        key: pem('PRIVATE KEY', pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
      };
    },
  };
}

/** The pair of keys with which service account tokens are signed and checked. PEM. */
export function createSigningKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = keyPair();
  return {
    publicKey: pem('PUBLIC KEY', pair.publicKey.export({ type: 'spki', format: 'der' })),
    privateKey: pem('PRIVATE KEY', pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
  };
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function certify(
  subject: Subject,
  publicKey: KeyObject,
  issuer: Subject,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
  days = 30,
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const day = 24 * 3600_000;
  const toBeSigned = sequence(
    tlv(0xa0, integer(Buffer.from([2]))), // version 3
    integer(randomBytes(16)),
    algorithm,
    distinguishedName(issuer),
    sequence(utcTime(Date.now() - day), utcTime(Date.now() + days * day)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuerKey);
  return pem('CERTIFICATE', sequence(toBeSigned, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature]))));
}

function distinguishedName(subject: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(value, 'utf8'))));
  const organizations = (subject.organizations ?? []).map((name) => attribute(OID.organization, name));
  return sequence(...organizations, attribute(OID.commonName, subject.commonName));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** DER: a tag, the length, the value. */
function tlv(tag: number, value: Buffer): Buffer {
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const length: number[] = [];
  for (let rest = value.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 + length.length, ...length]), value]);
}

function sequence(...items: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(items));
}

/** A positive integer: cleared sign bit, and no leading zero byte that DER would forbid. */
function integer(bytes: Buffer): Buffer {
  const positive = Buffer.from(bytes);
  positive.writeUInt8((positive.readUInt8(0) & 0x7f) | (positive.length > 1 ? 0x40 : 0), 0);
  return tlv(0x02, positive);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const septets = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift(128 + (left % 128));
    bytes.push(...septets);
  }
  return tlv(0x06, Buffer.from(bytes));
}

function utcTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}
