import { type Attributes, attributesOf } from './attributes.ts';
import type { NodeProto } from './schema.ts';
import { type Source, through } from './source.ts';

/** A text reaches a model as its number in this list; past its end are texts that the model doesn't know. By column of the graph's inputs. */
export type Vocabulary = ReadonlyMap<number, readonly string[]>;

/** What an encoder of texts looks for; null for other nodes. */
export function keysOf(node: NodeProto): readonly string[] | null {
  const { texts } = attributesOf(node);
  if (node.opType === 'OneHotEncoder') return texts('cats_strings') ?? null;
  if (node.opType === 'LabelEncoder') return texts('keys_strings') ?? texts('classes_strings') ?? null;
  return null;
}

/** The texts behind the numbers of a column, when it is one of text; else the numbers themselves. */
type Reading = (j: number) => (value: number) => string | number | undefined;

function readingOf(input: Source, vocabulary: Vocabulary): Reading {
  if (input.type !== 'string') return () => (value) => value;
  return (j) => {
    const texts = vocabulary.get(input.column(j).from) ?? [];
    return (code) => texts[code];
  };
}

/**
 * Numbers for numbers or texts. Texts for anything are left to the runtime, and numbers among which NaN is one: whether that finds a missing value
 * depends on the version.
 */
export function labelled(node: NodeProto, input: Source, vocabulary: Vocabulary): Source | null {
  const attributes = attributesOf(node);
  const texts = keysOf(node);
  const keys = texts ?? numbersIn(attributes, 'keys')?.numbers;
  const values =
    texts !== null && attributes.texts('classes_strings') !== undefined
      ? ordinal(texts, attributes)
      : numbersIn(attributes, 'values');
  if (keys === undefined || values === null || values.numbers.length !== keys.length) return null;
  if ((input.type === 'string') !== (texts !== null) || keys.some(Number.isNaN)) return null;
  const of = new Map<string | number | undefined, number>(keys.map((key, i) => [key, values.numbers[i]!]));
  const read = readingOf(input, vocabulary);
  return through(input, values.type, (j) => {
    const key = read(j);
    return (value) => of.get(key(value)) ?? values.absent;
  });
}

interface Listed {
  readonly numbers: readonly number[];
  readonly type: string;
  /** What stands for all others. */
  readonly absent: number;
}

/** The first versions of LabelEncoder number their texts. */
const ordinal = (texts: readonly string[], attributes: Attributes): Listed => ({
  numbers: texts.map((_, i) => i),
  type: 'int64',
  absent: attributes.int('default_int64') ?? -1,
});

function numbersIn(attributes: Attributes, name: string): Listed | null {
  const floats = attributes.numbers(`${name}_floats`);
  if (floats !== undefined)
    return { numbers: floats, type: 'float32', absent: attributes.float('default_float') ?? -0 };
  const ints = attributes.ints(`${name}_int64s`);
  if (ints !== undefined) return { numbers: ints, type: 'int64', absent: attributes.int('default_int64') ?? -1 };
  const type = attributes.tensorType(`${name}_tensor`);
  const numbers = type === null ? undefined : attributes.numbers(`${name}_tensor`);
  const absent = attributes.numbers('default_tensor')?.[0];
  if (type === null || numbers === undefined || (name === 'values' && absent === undefined)) return null;
  return { numbers, type, absent: absent ?? NaN };
}

/** A column for each listed category: 1 where the value is that, else 0. */
export function oneHot(node: NodeProto, input: Source, vocabulary: Vocabulary): Source | null {
  const attributes = attributesOf(node);
  const texts = keysOf(node);
  const categories = texts ?? attributes.ints('cats_int64s');
  if (categories === undefined || input.width === null || (input.type === 'string') !== (texts !== null)) return null;
  const { length } = categories;
  const read = readingOf(input, vocabulary);
  return {
    width: input.width * length,
    type: 'float32',
    rank: input.rank + 1,
    depth: input.rank === 1 ? 1 : input.width,
    column: (at) => {
      const j = Math.floor(at / length);
      const category = categories[at % length]!;
      const { from, steps } = input.column(j);
      const key = read(j);
      return { from, steps: [...steps, (value) => Number(key(value) === category)] };
    },
  };
}
