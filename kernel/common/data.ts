/** The two shapes in which many numbers travel: plain objects with a brand, so that they survive structured clone. */

export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | BigInt64Array
  | BigUint64Array;

/** A dense n-dimensional array, row-major (C order). */
export interface Tensor<T extends TypedArray = TypedArray> {
  readonly $: 'tensor';
  readonly shape: readonly number[];
  readonly data: T;
}

/**
 * One column. `valid[i] === 0` marks a missing value (what `values[i]` then holds is unspecified but canonical: 0, '' or NaN);
 * without `valid` nothing is missing. `text` holds strings; `date` holds milliseconds since 1970 UTC.
 */
export type Column =
  | {
      readonly name: string;
      readonly type: 'float64' | 'date';
      readonly values: Float64Array;
      readonly valid?: Uint8Array;
      readonly unit?: string;
    }
  | {
      readonly name: string;
      readonly type: 'int32';
      readonly values: Int32Array;
      readonly valid?: Uint8Array;
      readonly unit?: string;
    }
  | {
      readonly name: string;
      readonly type: 'int64';
      readonly values: BigInt64Array;
      readonly valid?: Uint8Array;
      readonly unit?: string;
    }
  | {
      readonly name: string;
      readonly type: 'bool';
      readonly values: Uint8Array;
      readonly valid?: Uint8Array;
      readonly unit?: string;
    }
  | {
      readonly name: string;
      readonly type: 'text';
      readonly values: readonly string[];
      readonly valid?: Uint8Array;
      readonly unit?: string;
    };

/** A table by columns, all of length `rows`. Names are unique. `Table` in table.ts wraps it for people. */
export interface TableData {
  readonly $: 'table';
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** `sha256:` is never written: a digest is 64 lower-case hex digits. */
export type Digest = string;
