/** What failed while the log was written: whether the server was lost, and the error that a caller gets. */
import { DatabaseError } from 'pg';
import { AssayError } from '#common/errors.ts';
import { codeOf } from '../store/files.ts';

/** The server ended the connection (57P…) or the line broke; everything else was refused for a reason that will last. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (error instanceof DatabaseError) return code?.startsWith('57P') === true;
  return !(error instanceof AssayError) && (code === undefined || code === 'ECONNRESET' || code === 'EPIPE');
}

export function coded(error: unknown): AssayError {
  return error instanceof AssayError ? error : unavailable('The log can’t be written', error);
}

export function unavailable(what: string, cause: unknown): AssayError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // 53100: disk_full
  const code = codeOf(cause) === '53100' ? 'DISK_FULL' : 'STORE_UNAVAILABLE';
  return new AssayError(code, `${what}: ${message}`, { cause });
}
