import { access } from 'node:fs/promises';
import { AssayError } from '../common/errors.ts';

/** Commands that only look at a home make none: in the wrong folder they say so. @throws NOT_FOUND */
export async function refuseNoHome(home: string): Promise<void> {
  await access(home).catch((cause: unknown) => {
    throw new AssayError('NOT_FOUND', `There is no data directory ${home}. Is this the project’s folder?`, {
      where: home,
      cause,
    });
  });
}
