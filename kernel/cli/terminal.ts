import { styleText } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { diskError } from '../store/files.ts';

type Style = Parameters<typeof styleText>[0];

/** Coloured when the stream is a terminal that shows colours (NO_COLOR is heeded), plain otherwise. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

/** Lines of a table: columns as wide as their widest cell, the last one as it comes. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, visible(cell));
  return rows.map((row) =>
    (
      indent +
      row.map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat(widths[i]! - visible(cell)))).join('  ')
    ).trimEnd(),
  );
}

/** A coded error for a person on stderr, or its JSON on stdout. */
export function printError(thrown: unknown, json: boolean): void {
  const error = AssayError.from(diskError(thrown));
  if (json) {
    process.stdout.write(`${JSON.stringify(error.toJSON())}\n`);
    return;
  }
  const { where, hint } = error.toJSON();
  const lines = [
    `${paint('red', '✗', process.stderr)} ${error.message}  ${paint('dim', error.code, process.stderr)}`,
    ...(where === undefined ? [] : [`  at ${where}`]),
    `  ${paint('dim', hint, process.stderr)}`,
    ...(error.code === 'INTERNAL' && process.env['ASSAY_DEBUG'] !== undefined ? [stackOf(thrown)] : []),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** `842 ms`, `12.4 s`, `3 min 07 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')} s`;
}

function visible(text: string): number {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[\d+m/g, '').length;
}

function stackOf(thrown: unknown): string {
  const root = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return root instanceof Error ? (root.stack ?? root.message) : String(root);
}
