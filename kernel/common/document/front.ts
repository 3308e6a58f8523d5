/** Front matter: title, uses, datasets, seed, compare. Other keys belong to others and are left alone. */
import { parseDocument as parseYaml } from 'yaml';
import { readCompare } from '#common/comparators.ts';
import { AssayError } from '#common/errors.ts';
import type { Comparator } from '#common/receipt/types.ts';

export interface Front {
  readonly title: string | null;
  /** `plugin` or `plugin.method` */
  readonly uses: readonly string[];
  readonly datasets: readonly string[];
  /** 0 … 2^53 − 1 */
  readonly seed: number;
  /** How a re-run is compared with a sealed run. */
  readonly compare: readonly Comparator[];
}

const USE = /^[a-z][a-z0-9-]*(?:\.[A-Za-z]\w*)?$/;
const DATASET = /^[a-z][a-z0-9_]*$/;

/** @param line the file's line on which `yaml` begins. @throws NOTEBOOK_INVALID with `line` */
export function readFront(yaml: string, line: number): Front {
  const document = parseYaml(yaml, { prettyErrors: true });
  const wrong = document.errors[0];
  if (wrong)
    fail(wrong.message.split('\n', 1)[0]!.replace(/ at line .*$/, ''), line - 1 + (wrong.linePos?.[0].line ?? 1));
  const map: unknown = document.toJS() ?? {};
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    fail('The front matter is not a list of keys.', line);
  const { title = null, uses = [], datasets = [], seed = 0, compare = {} } = map as Record<string, unknown>;
  const at = (key: string): number =>
    line +
    Math.max(
      0,
      yaml.split(/\r\n|\n|\r/).findIndex((l) => l.startsWith(key)),
    );
  if (title !== null && typeof title !== 'string') fail('`title` is not text.', at('title'));
  if (!isNames(uses, USE)) fail('`uses` is not a list of plugins or `plugin.method` names.', at('uses'));
  if (!isNames(datasets, DATASET))
    fail('`datasets` is not a list of data set names ([a-z][a-z0-9_]*).', at('datasets'));
  if (typeof seed !== 'number' || !Number.isSafeInteger(seed) || seed < 0)
    fail('`seed` is not a whole number from 0.', at('seed'));
  const rules = readCompare(compare);
  if (typeof rules === 'string') fail(rules, at('compare'));
  return { title, uses, datasets, seed, compare: rules };
}

function isNames(value: unknown, pattern: RegExp): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && pattern.test(item));
}

function fail(message: string, line: number): never {
  throw new AssayError('NOTEBOOK_INVALID', message, { where: `line ${line}`, details: { line } });
}
