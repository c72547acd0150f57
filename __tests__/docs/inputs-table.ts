import { parse } from 'yaml';

/** The parts of `action.yml` that the README shows. */
interface Declared {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** The README's tables of inputs and outputs, in Markdown, from the text of `action.yml`. */
export function tablesOf(actionYml: string): { readonly inputs: string; readonly outputs: string } {
  // What else may stand in the file is the runner's business; a missing description fails below.
  const action = parse(actionYml) as { inputs: Record<string, Declared>; outputs: Record<string, Declared> };
  return {
    inputs: table(
      ['Input', 'Default', 'What it says'],
      Object.entries(action.inputs).map(([name, input]) => [code(name), defaultOf(input), prose(input.description)]),
    ),
    outputs: table(
      ['Output', 'What it says'],
      Object.entries(action.outputs).map(([name, output]) => [code(name), prose(output.description)]),
    ),
  };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function defaultOf({ required, default: value }: Declared): string {
  if (required === true) return '**required**';
  return value === undefined ? '' : code(value);
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

/** A cell has one line: paragraphs are parted by an empty one made of `<br>`. */
function prose(description: string): string {
  const paragraphs = description.trim().split(/\n\s*\n/);
  return cell(paragraphs.map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' ')).join('<br><br>'));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
