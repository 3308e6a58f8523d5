import { pathToFileURL } from 'node:url';
import { ERRORS, type ErrorCode, type ErrorJson } from '#common/errors.ts';

/** Lines of a plugin's stack that travel with an error. */
const STACK_LINES = 8;

/**
 * Whatever a plugin threw, as it crosses to the kernel: an error with one of Assay's codes keeps it, the rest become `code`.
 *
 * @param where `plugin` or `plugin.method`
 * @param dir the plugin's folder: only places inside it are named
 */
export function wireError(error: unknown, code: ErrorCode, where: string, dir: string): ErrorJson {
  const at = placeOf(error, dir);
  const place = at === null ? {} : { at };
  if (isCoded(error)) {
    const inner = error.where === undefined || error.where === where ? {} : { in: error.where };
    const details = { ...inner, ...place, ...(error.details === undefined ? {} : { details: error.details }) };
    return { code: error.code, message: error.message, hint: ERRORS[error.code].hint, where, details: plain(details) };
  }
  if (isAllocation(error))
    return wireError({ code: 'PLUGIN_OUT_OF_MEMORY', message: describe(error) }, code, where, dir);
  const stack = stackOf(error, dir);
  const details = { ...place, ...(stack.length > 0 ? { stack } : {}) };
  return { code, message: describe(error), hint: ERRORS[code].hint, where, details };
}

/** `TypeError: x is not a function`, or what was thrown instead of an error. */
function describe(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return `${error.name}: ${error.message || 'no message'}${cause}`;
  }
  return `It threw ${show(error)}, which is not an Error.`;
}

/** `index.ts:12:5`, the innermost place of a stack inside `dir`. */
function placeOf(error: unknown, dir: string): string | null {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const home = stack.includes(pathToFileURL(dir).href) ? `${pathToFileURL(dir).href}/` : `${dir}/`;
  const start = stack.indexOf(home);
  if (start < 0) return null;
  const place = /^[^\s?)]+?\.[a-z]+(?:\?[^:\s]*)?(:\d+(?::\d+)?)?/.exec(stack.slice(start + home.length))?.[0];
  return place?.replace(/\?[^:]*/, '') ?? null;
}

function stackOf(error: unknown, dir: string): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const home = `${pathToFileURL(dir).href}/`;
  return error.stack
    .split('\n')
    .filter((line) => line.includes(home))
    .slice(0, STACK_LINES)
    .map((line) =>
      line
        .trim()
        .replace(home, '')
        .replace(/\?[^:)]*/, ''),
    );
}

function isCoded(error: unknown): error is { code: ErrorCode; message: string; where?: string; details?: unknown } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(ERRORS, error.code) &&
    'message' in error &&
    typeof error.message === 'string'
  );
}

/** V8's words when a typed array, a string or a Wasm memory does not fit. */
function isAllocation(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /allocation failed|could not allocate|out of memory|Invalid (array|string) length|maximum size exceeded/i.test(
      error.message,
    )
  );
}

/** Details that can cross threads; what cannot is described. */
function plain(details: unknown): unknown {
  try {
    return structuredClone(details);
  } catch {
    return { note: show(details) };
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 200));
  if (typeof value === 'function') return 'a function';
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 200);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
