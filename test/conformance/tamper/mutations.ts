/** What the fuzzer does to a bundle: to its zip as bytes, to its records, to its files. Each returns null where there was nothing to change. */
import { Buffer } from 'node:buffer';
import { isListed, LONG_RUN, PATHS } from '#common/bundle/layout.ts';
import { writeZip } from '#common/zip/zip.ts';
import { CENTRAL, LOCAL } from '#common/zip/format.ts';
import { adapt, REACHES, type Files } from './forge.ts';
import type { Choices } from './random.ts';

export interface Bundle {
  readonly zip: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
}
type Change = (bundle: Bundle, choices: Choices, others: readonly Bundle[]) => Uint8Array | null;

const SCALARS = [null, true, 0, -1, 1.5, 2 ** 53, '', 'x', 'é', '0'.repeat(64), [], {}, [[]], 'cell', 'close', 'model', '__proto__']; // prettier-ignore
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const raw = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const splice = (bytes: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]));

/** Any bytes of anything. */
function bytesChanged(bytes: Uint8Array, choices: Choices): Uint8Array {
  const at = choices.below(bytes.length + 1);
  const length = 1 + choices.below(choices.of([1, 1, 4, 40, 400]));
  const other = choices.below(bytes.length + 1);
  const random = Uint8Array.from({ length }, () => choices.below(256));
  switch (choices.below(7)) {
    case 0:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << choices.below(8)) : byte));
    case 1:
      return splice(bytes, at, length, random);
    case 2:
      return splice(bytes, at, length, new Uint8Array(0));
    case 3:
      return splice(bytes, at, 0, random);
    case 4:
      return splice(bytes, at, 0, bytes.slice(other, other + length));
    case 5: {
      const block = bytes.slice(other, other + length);
      return splice(
        splice(bytes, other, length, new Uint8Array(0)),
        Math.min(at, bytes.length - block.length),
        0,
        block,
      );
    }
    default:
      return bytes.slice(0, at);
  }
}

/** A field of the end record, of a central or a local header; in both headers of a file at once, too. */
const recordChanged: Change = ({ zip }, choices) => {
  const changed = zip.slice();
  const view = new DataView(changed.buffer);
  const directory = view.getUint32(zip.length - 6, true);
  const places: { readonly central: number; readonly local: number }[] = [];
  for (let at = directory; at < zip.length - 22; at += CENTRAL.bytes + view.getUint16(at + 28, true))
    places.push({ central: at, local: view.getUint32(at + 42, true) });
  const { central, local } = choices.of(places);
  const value = choices.of([0, 1, 8, 0xffff, 0xffffffff, choices.below(2 ** 32), zip.length, directory]);
  const width = choices.of([1, 2, 4]);
  const write = (at: number): void => {
    if (width === 1) view.setUint8(at, value & 0xff);
    else if (width === 2) view.setUint16(at, value & 0xffff, true);
    else view.setUint32(at, value, true);
  };
  const field = choices.below(LOCAL.bytes - 8) + 4;
  const which = choices.below(4);
  if (which === 0) write(zip.length - 22 + choices.below(19));
  if (which === 1 || which === 3) write(central + (which === 3 ? field + 2 : choices.below(CENTRAL.bytes - 3)));
  if (which === 2 || which === 3) write(local + field);
  return changed;
};

/** Whole records moved, doubled or left out, all offsets and counts right again. */
const recordsMoved: Change = ({ files }, choices) => {
  const order = [...files.keys()];
  const at = choices.below(order.length);
  const to = choices.below(order.length);
  const how = choices.below(4);
  if (how === 0) order.splice(to, 0, ...order.splice(at, 1));
  else if (how === 1) order.splice(to, 0, order[at]!);
  else if (how === 2) order.splice(at, 1);
  else return writeZip(files, { deflate: true });
  const zips = order.map((path) => writeZip(new Map([[path, files.get(path)!]])));
  return joined(zips);
};

/** One zip out of several of one file each. */
function joined(zips: readonly Uint8Array[]): Uint8Array {
  const [locals, centrals]: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const zip of zips) {
    const end = new DataView(zip.buffer, zip.byteOffset + zip.length - 22);
    const start = end.getUint32(16, true);
    const central = zip.slice(start, zip.length - 22);
    new DataView(central.buffer).setUint32(42, at, true);
    locals.push(zip.subarray(0, start));
    centrals.push(central);
    at += start;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  const directory = Buffer.concat(centrals);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, zips.length, true);
  view.setUint16(10, zips.length, true);
  view.setUint32(12, directory.length, true);
  view.setUint32(16, at, true);
  return new Uint8Array(Buffer.concat([...locals, directory, end]));
}

/** Files edited, moved, swapped, added or taken from another bundle of the same log, then packed anew and hidden as far as it goes. */
const filesChanged: Change = (bundle, choices, others) => {
  const files: Files = new Map(bundle.files);
  const steps = 1 + choices.below(3);
  for (let step = 0; step < steps; step++) fileChanged(files, choices, others);
  const reach = choices.of(REACHES.filter((one) => one !== 'log-key'));
  adapt(bundle.files, files, reach);
  return writeZip(files);
};

function fileChanged(files: Files, choices: Choices, others: readonly Bundle[]): void {
  const paths = [...files.keys()];
  if (paths.length === 0) return;
  const path = choices.of(paths);
  const other = choices.of(paths);
  const bytes = files.get(path)!;
  switch (choices.below(10)) {
    case 0:
      return void files.set(path, bytesChanged(bytes, choices));
    case 1:
    case 2:
    case 3:
      return void files.set(path, raw(jsonChanged(latin1(bytes), choices)));
    case 4:
      return void files.set(path, raw(linesChanged(latin1(bytes), choices)));
    case 5:
      return void files.delete(path);
    case 6:
      files.set(other, bytes);
      return void files.set(path, files.get(other)!);
    case 7: {
      const to = choices.of([`${path}x`, path.replace(/[0-9a-f]/, 'e'), `proof/${'a'.repeat(64)}.tlog-proof`, path.toUpperCase(), `data/${path}`, 'proof/more']); // prettier-ignore
      files.set(to, bytes);
      if (choices.below(2) === 0) files.delete(path);
      return;
    }
    case 8:
      return void files.set(other, bytes);
    default: {
      const { files: from } = choices.of(others);
      const listed = choices.below(2) === 0;
      for (const [theirs, held] of from) if (theirs === path || (listed && choices.below(3) === 0 && isListed(theirs))) files.set(theirs, held); // prettier-ignore
    }
  }
}

/** One value of a JSON text becomes another, or a digest or number anywhere in a text: proofs, notes and manifests have these as well. */
function jsonChanged(text: string, choices: Choices): string {
  const values = [...text.matchAll(/(?<=":)("[^"]*"|-?[0-9.]+|null|true|false|\[\]|\{\})|[0-9a-f]{64}|[A-Za-z0-9+/]{40,}=|\b[0-9]+\b/g)]; // prettier-ignore
  const value = choices.of([...values, undefined]);
  if (value === undefined) return text.replace(/([{,])("[a-z]+":)/, choices.of(['$1"a":1,$2', '$1 $2', '$1$2 ', '$1"$2'])); // prettier-ignore
  const [said] = value;
  const another = choices.of(values)[0];
  const changed = said.startsWith('"') || /^(?:null|true|false|-?[0-9.]+|\[\]|\{\})$/.test(said)
    ? choices.of([JSON.stringify(choices.of(SCALARS)), another, String(Number(said) + 1), said.replace('"', '"\\u0061')])
    : choices.of([another, said.replace(/[0-9a-f]/, (digit) => (digit === '0' ? '1' : '0')), said.toUpperCase(), '']); // prettier-ignore
  return text.slice(0, value.index) + changed + text.slice(value.index + said.length);
}

function linesChanged(text: string, choices: Choices): string {
  const lines = text.split('\n');
  const at = choices.below(lines.length);
  const [line = ''] = lines.splice(at, choices.of([0, 1, 1]));
  if (choices.below(3) > 0) lines.splice(choices.below(lines.length + 1), 0, line);
  return lines.join(choices.of(['\n', '\n', '\n', '\r\n', '\n\n']));
}

/** One line more below the checkpoint, wherever it stands, by nobody whom the verifier knows: which signed notes allow. */
const cosigned: Change = ({ files }, choices) => {
  const signature = Buffer.from(Uint8Array.from({ length: choices.of([5, 68, 76]) }, () => choices.below(256)));
  const line = Buffer.from(`— ${choices.of(['eve.example', 'witness.example/1', 'log.example/test'])} ${signature.toString('base64')}\n`); // prettier-ignore
  const changed = new Map(files);
  for (const [path, bytes] of files)
    if (path === PATHS.checkpoint || path === LONG_RUN.proof || path.endsWith('.tlog-proof'))
      changed.set(path, new Uint8Array(Buffer.concat([bytes, line])));
  return writeZip(changed);
};

export const MUTATIONS: Readonly<Record<string, Change>> = {
  bytes: ({ zip }, choices) => bytesChanged(zip, choices),
  record: recordChanged,
  records: recordsMoved,
  files: filesChanged,
  'files again': filesChanged,
  cosigned,
};
