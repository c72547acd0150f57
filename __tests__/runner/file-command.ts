/**
 * Reads the format of `GITHUB_OUTPUT`, `GITHUB_STATE` and `GITHUB_ENV`: lines `name=value`, or `name<<delimiter`, the value's lines, and
 * a line that is exactly the delimiter. Entries before a malformed one are yielded first: the runner applies those too.
 *
 * @throws {Error} with the runner's words, at the first malformed entry.
 */
export function* readFileCommand(text: string): Generator<readonly [name: string, value: string]> {
  let index = 0;
  /** The next line, and whether a line feed ended it; a carriage return is part of the line (as on Linux). */
  const next = (): { line: string; ended: boolean } | undefined => {
    if (index >= text.length) return undefined;
    const from = index;
    const feed = text.indexOf('\n', from);
    index = feed < 0 ? text.length : feed + 1;
    return { line: text.slice(from, feed < 0 ? text.length : feed), ended: feed >= 0 };
  };
  for (let read = next(); read !== undefined; read = next()) {
    const { line } = read;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [nameOf(line.slice(0, equals), line), line.slice(equals + 1)];
    } else if (heredoc >= 0) {
      const delimiter = line.slice(heredoc + 2);
      if (heredoc === 0 || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      }
      const lines: string[] = [];
      for (let value = next(); value?.line !== delimiter; value = next()) {
        if (value === undefined) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
        if (!value.ended) throw new Error('Invalid value. EOF marker missing new line.');
        lines.push(value.line);
      }
      yield [line.slice(0, heredoc), lines.join('\n')];
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
}

function nameOf(name: string, line: string): string {
  if (name === '') throw new Error(`Invalid format '${line}'. Name must not be empty`);
  return name;
}
