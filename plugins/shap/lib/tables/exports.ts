import { bytesOfKernel } from './kernel.gen.ts';

/** What wasm/*.as.ts export. Places are addresses. */
export interface Exports {
  encode(x: number, stride: number, rows: number, cuts: number, count: number, last: number, codes: number): void;
  turn(sums: number, column: number, columns: number, rows: number, to: number): void;
  run(program: number, codes: number, masks: number, index: number, sums: number, rows: number): void;
  runPaths(program: number, codes: number, work: number, sums: number, rows: number): void;
  runPairPaths: Exports['runPaths'];
  roomBytes(): number;
  leafBytes(most: number, parts: number): number;
  setRooms(room: number, leaves: number, most: number, parts: number, pairs: number, features: number): void;
  setTree(at: number, nodes: number, scores: number): void;
  setRule(at: number, points: number): void;
  setShape(bits: number, order: number, scores: number, sums: number, column: number): void;
  measureTree(): number;
  writeCounts(to: number): number;
  writeTables(to: number, counts: number): number;
  writePaths(to: number, score: number, scores: number, decisions: number): number;
  writePairs(to: number, score: number, scores: number): number;
  prepareVisits(): void;
  visit(decided: number, score: number, scores: number, to: number): void;
}

export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What is used of WebAssembly; every host has it, and no library of types that all of them share. */
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (size: { initial: number; maximum: number }) => Memory;
}

const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: Wasm };
let compiled: object | undefined;

const PAGE = 65_536;

/** The kernel and the memory that it works in. */
export interface Instance {
  readonly exports: Exports;
  readonly memory: Memory;
}

function instantiate(): Instance {
  compiled ??= new wasm.Module(bytesOfKernel());
  const memory = new wasm.Memory({ initial: 1, maximum: PAGE });
  return { exports: new wasm.Instance(compiled, { env: { memory } }).exports as Exports, memory };
}

/** Instances that are kept, and bytes of one that is: what was prepared for a model serves its next rows, and new pages cost as much as filling them. */
const MOST_KEPT = 3;
const MOST_BYTES = 2 ** 27;

let kept: { readonly holder: object; readonly instance: Instance }[] = [];

/** An instance for `holder`: his own, with what he left there, or one to start anew in. Those that were used last are kept. */
export function take(holder: object): { readonly instance: Instance; readonly own: boolean } {
  const own = kept.find((slot) => slot.holder === holder);
  const slot = own ?? { holder, instance: kept.length < MOST_KEPT ? instantiate() : kept.at(-1)!.instance };
  const others = kept.filter(({ instance }) => instance !== slot.instance);
  kept = [slot, ...others.filter(({ instance }) => instance.memory.buffer.byteLength <= MOST_BYTES)];
  return { instance: slot.instance, own: own !== undefined };
}

/** Makes room up to `end`; views of the memory before are empty. @throws RangeError where there is no more memory */
export function ensure(memory: Memory, end: number): void {
  const missing = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
}

/** Hands out places one behind the other, each at a line of the cache. */
export function reserver(start: number): { reserve(bytes: number): number; end(): number } {
  let end = start;
  return {
    reserve(bytes) {
      const at = end;
      end = (end + bytes + 63) & ~63;
      return at;
    },
    end: () => end,
  };
}
