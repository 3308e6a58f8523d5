/** What writer and reader of zip files share: records, names, checksums. */
import { AssayError } from '#common/errors.ts';

/** Sizes and signatures of the three records (APPNOTE 4.3). */
export const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;
export const CENTRAL = { signature: 0x02014b50, bytes: 46 } as const;
export const END = { signature: 0x06054b50, bytes: 22 } as const;

/** Without zip64, whose numbers start at 65,535. */
export const MAX_FILES = 65_534;
export const MAX_BYTES = 0xfffffffe;

/** Folders within each other. */
const MAX_PARTS = 64;

export const STORED = 0;
export const DEFLATED = 8;
export const UTF8_NAMES = 0x0800;

/**
 * Relative paths with `/`, each of whose parts is a name on every system, and no two that one system would take for the same file.
 * @throws ZIP_INVALID
 */
export function checkNames(names: readonly string[]): void {
  const seen = new Map<string, string>();
  const folded = names.map(fold);
  for (const [index, name] of names.entries()) {
    const parts = name.split('/');
    // oxlint-disable-next-line no-control-regex
    const clean = name.isWellFormed() && name.length <= 1024 && !/[\u0000-\u001f\u007f-\u009f\\:*?"<>|]/.test(name);
    const safe = parts.length <= MAX_PARTS && parts.every((part) => part !== '' && !/[. ]$/.test(part));
    if (!clean || !safe) throw zipInvalid(`“${name}” is no name for a file.`);
    const twin = seen.get(folded[index]!);
    if (twin !== undefined) throw zipInvalid(`“${name}” and “${twin}” are one file on some systems.`);
    seen.set(folded[index]!, name);
  }
  for (const name of folded) {
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      const folder = seen.get(name.slice(0, slash));
      if (folder !== undefined) throw zipInvalid(`“${folder}” is both a file and a folder.`);
    }
  }
}

const fold = (name: string): string => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

export function zipInvalid(why: string, where?: string): AssayError {
  return new AssayError('ZIP_INVALID', why, where === undefined ? {} : { where });
}
