import swc from '@swc/jest';

/*
 * The product loads some modules only when it needs them. Jest refuses that between two tests of a file, and scenes that play at the same
 * time (contract/scene.ts) are at work then: here those modules are loaded with the file that needs them.
 */

const LAZY = /await import\(('(?:\.[^']*|yaml)')\)/g;

function eager(source, file) {
  if (!file.includes('/src/')) return source;
  const imports = [];
  const text = source.replace(LAZY, (_, name) => {
    imports.push(`import * as lazy${imports.length} from ${name};`);
    return `lazy${imports.length - 1}`;
  });
  // On the first line, so that the numbers of the others stay.
  return `${imports.join(' ')}${text}`;
}

export default {
  createTransformer(options) {
    const transformer = swc.createTransformer(options);
    return {
      ...transformer,
      process: (source, file, how) => transformer.process(eager(source, file), file, how),
      processAsync: (source, file, how) => transformer.processAsync(eager(source, file), file, how),
      getCacheKey: (source, ...rest) => transformer.getCacheKey(eager(source, rest[0]), ...rest),
    };
  },
};
