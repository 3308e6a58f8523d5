import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { digestValue } from '#common/value/value.ts';
import type { PreparedCall } from './prepare.ts';
import { misfit, sentence } from './schema.ts';
import type { Limits } from './types.ts';

/** @returns the output's digest @throws PLUGIN_OUTPUT_INVALID naming the place */
export function checkOutput({ checked, method }: PreparedCall, value: unknown): Digest {
  const wrong = misfit(checked.output, value);
  if (wrong !== null)
    throw new AssayError('PLUGIN_OUTPUT_INVALID', `${method}: ${sentence(wrong)}`, { where: method, details: wrong });
  try {
    return digestValue(value);
  } catch (error) {
    const { message, where = '' } = AssayError.from(error);
    throw new AssayError('PLUGIN_OUTPUT_INVALID', `${method}: ${message}`, {
      where: method,
      details: { path: where },
      cause: error,
    });
  }
}

/** @throws CALL_CYCLE */
export function checkChain({ chain, method }: PreparedCall, { depth }: Limits): void {
  const path = [...chain, method].join(' → ');
  if (chain.includes(method))
    throw new AssayError('CALL_CYCLE', `The calls go in a circle: ${path}.`, { where: method });
  if (chain.length >= depth)
    throw new AssayError('CALL_CYCLE', `The calls go deeper than ${depth}: ${path}.`, { where: method });
}

export function cancelled(reason: unknown, method: string): AssayError {
  const message = reason instanceof AssayError ? reason.message : undefined;
  return new AssayError('CANCELLED', message, { where: method });
}

/** An error from loading a plugin, as the error of the call that needed it. */
export function inMethod(error: unknown, method: string): AssayError {
  const { code, message, details } = AssayError.from(error);
  return new AssayError(code, `${method}: ${message}`, {
    where: method,
    ...(details === undefined ? {} : { details }),
    cause: error,
  });
}
