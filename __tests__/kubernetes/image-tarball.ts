import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IMAGE } from '../contract/cluster.ts';
import { imageCache, type Tools } from './build.ts';

/** The image that holds a pod's namespaces. */
export const PAUSE_IMAGE = 'registry.test/pause:1';

/**
 * Packs the test images into one archive (docker-archive layout, which `ctr images import` reads). Each is nothing but a static
 * program and its environment. `missing` is not among them: that is all there is to it.
 * @returns the path of the archive; it is kept beside the programs, so this is quick but for the first time
 */
export function packImages(tools: Tools): string {
  const path = join(imageCache(), 'images.tar');
  if (existsSync(path)) return path;
  const web = layer(readFileSync(tools.program('web')));
  const pause = layer(readFileSync(tools.program('pause')));
  const images = [image(PAUSE_IMAGE, pause, {})];
  for (const reference of Object.values(IMAGE)) {
    const tag = reference.slice(reference.lastIndexOf(':') + 1);
    if (reference !== IMAGE.missing) images.push(image(reference, web, { VERSION: tag, BEHAVIOUR: tag }));
  }
  const manifest = images.map(({ reference, config, layer: { digest } }) => ({
    Config: config.name,
    RepoTags: [reference],
    Layers: [`${digest}.tar`],
  }));
  const archive = tar([
    ...[web, pause].map(({ digest, bytes }) => ({ name: `${digest}.tar`, bytes })),
    ...images.map(({ config }) => config),
    { name: 'manifest.json', bytes: Buffer.from(JSON.stringify(manifest)) },
  ]);
  writeFileSync(`${path}.${process.pid}`, archive);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

interface Layer {
  readonly digest: string;
  readonly bytes: Buffer;
}

function layer(program: Buffer): Layer {
  const bytes = tar([{ name: 'app', bytes: program, executable: true }]);
  return { digest: sha256(bytes), bytes };
}

function image(
  reference: string,
  content: Layer,
  env: Readonly<Record<string, string>>,
): { reference: string; config: File; layer: Layer } {
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: {
        Entrypoint: ['/app'],
        User: '65532:65532',
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${content.digest}`] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    }),
  );
  return { reference, config: { name: `${sha256(config)}.json`, bytes: config }, layer: content };
}

interface File {
  readonly name: string;
  readonly bytes: Buffer;
  readonly executable?: boolean;
}

/** A ustar archive. Names are shorter than 100 bytes; owners and times are zero, so equal files give equal archives. */
function tar(files: readonly File[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, bytes, executable } of files) {
    const header = Buffer.alloc(512);
    const octal = (value: number, at: number, length: number): void => {
      header.write(value.toString(8).padStart(length - 1, '0'), at);
    };
    header.write(name, 0);
    octal(executable === true ? 0o755 : 0o644, 100, 8);
    octal(0, 108, 8);
    octal(0, 116, 8);
    octal(bytes.length, 124, 12);
    octal(0, 136, 12);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
