import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

const TITLE = `# Benchmarks

Each section is written by the command it names; edit the command, not the text between the marks.
`;

/** Puts `text` between the marks of `section` in `BENCHMARKS.md`, formatted; all other text stays. */
export async function writeSection(folder: string, section: string, text: string): Promise<void> {
  const file = path.join(folder, 'BENCHMARKS.md');
  const [begin, end] = [`<!-- ${section}: begin -->`, `<!-- ${section}: end -->`];
  const block = `${begin}\n\n${text.trim()}\n\n${end}`;
  const old = await readFile(file, 'utf8').catch(() => TITLE);
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  const updated =
    from >= 0 && to > from
      ? old.slice(0, from) + block + old.slice(to + end.length)
      : `${old.trimEnd()}\n\n${block}\n`;
  await mkdir(folder, { recursive: true });
  const style = await resolveConfig(file);
  await writeFile(file, await format(updated, { ...style, parser: 'markdown' }));
}

/** A table of markdown; numbers line up right, the first column left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
