/**
 * JSON as people and programs send it, where a name that comes twice in an object is refused. `JSON.parse` takes the last one in silence,
 * other readers the first: what one of them checked, another would not have been given.
 */
import { AssayError, type ErrorCode } from '#common/errors.ts';

/** @throws SyntaxError from JSON.parse; `code` when a name comes twice, with the place as a JSON pointer in `where`, or when it is nested too deep */
export function parseJson(text: string, code: ErrorCode): unknown {
  const value: unknown = JSON.parse(text);
  refuseOdd(text, code);
  return value;
}

/** For text that was parsed already; what is nested so deep that no value can be is refused as well. */
export function refuseOdd(text: string, code: ErrorCode): void {
  const twice = findTwice(text, code);
  if (twice === null) return;
  throw new AssayError(code, `The name “${twice.name}” comes twice in one object.`, { where: twice.where });
}

interface Twice {
  readonly name: string;
  readonly where: string;
}

/** An object or a list that is open. */
interface Level {
  /** null: a list. */
  names: string[] | null;
  /** The same once there are many; the first of `names` is the newest then. */
  many: Set<string> | null;
  index: number;
}

/** As values in their encoding. */
const MAX_DEPTH = 200;
/** Above this a set is faster than looking along the list. */
const FEW = 12;
const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** `text` is JSON. One pass; strings are jumped over. */
function findTwice(text: string, code: ErrorCode): Twice | null {
  const levels: Level[] = [];
  let level: Level | undefined;
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    if (levels.length > MAX_DEPTH) throw new AssayError(code, `It is more than ${MAX_DEPTH} levels deep.`);
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOf(text, at);
        if (isName) {
          const name = nameIn(text, at, end);
          if (!isNew(level!, name)) return { name, where: `${levels.map(stepOf).slice(0, -1).join('')}${step(name)}` };
          isName = false;
        }
        at = end;
        break;
      }
      case OPEN:
        levels.push((level = { names: [], many: null, index: 0 }));
        isName = true;
        break;
      case OPEN_LIST:
        levels.push((level = { names: null, many: null, index: 0 }));
        break;
      case CLOSE:
      case CLOSE_LIST:
        levels.pop();
        level = levels.at(-1);
        isName = false;
        break;
      case COMMA:
        level!.index++;
        isName = level!.names !== null;
        break;
    }
  }
  return null;
}

/** The place of the quote that ends the string which begins at `at`. */
function endOf(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
}

/** `"a"` and `"\u0061"` are one name. */
function nameIn(text: string, at: number, end: number): string {
  const raw = text.slice(at + 1, end);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function isNew(level: Level, name: string): boolean {
  const names = level.names!;
  if (level.many === null) {
    if (names.includes(name)) return false;
    names.push(name);
    if (names.length <= FEW) return true;
    level.many = new Set(names);
  } else {
    if (level.many.has(name)) return false;
    level.many.add(name);
  }
  names[0] = name;
  return true;
}

const step = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Where in a level the next one was opened. */
function stepOf({ names, many, index }: Level): string {
  if (names === null) return `/${index}`;
  return step((many === null ? names.at(-1) : names[0]) ?? '');
}
