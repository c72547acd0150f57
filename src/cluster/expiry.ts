import { X509Certificate } from 'node:crypto';

/** When a certificate (PEM) ends (epoch ms); null: it cannot be read. */
export function certificateEnd(pem: string | null): number | null {
  try {
    return pem === null ? null : new X509Certificate(pem).validToDate.getTime();
  } catch {
    return null;
  }
}

/** When a token that is a JWT ends (epoch ms); null: it does not say. */
export function tokenEnd(token: string | null): number | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const end =
      typeof claims === 'object' && claims !== null && 'exp' in claims ? Number(claims.exp) * 1000 : Number.NaN;
    return Number.isFinite(end) && Math.abs(end) < 8.64e15 ? end : null;
  } catch {
    return null;
  }
}
