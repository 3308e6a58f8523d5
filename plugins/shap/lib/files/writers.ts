import { Field, Float64, makeData, RecordBatch, Schema, Struct, Table, tableToIPC } from 'apache-arrow';
import { npyHead } from '#common/data/npy.ts';

/** How values are written to a file. */
export type Format = 'npy' | 'arrow';

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  npy: 'application/x-npy',
  arrow: 'application/vnd.apache.arrow.stream',
};

interface Writer {
  begin(): Iterable<Uint8Array>;
  /** @param values (rows × features × outputs) */
  block(values: Float64Array): Iterable<Uint8Array>;
  end(): Iterable<Uint8Array>;
}

/** `npy`: one array. `arrow`: an IPC stream with a column a feature, or `feature: output` where there are several outputs. */
export function writerFor(
  format: Format,
  rows: number,
  features: readonly string[],
  outputs: readonly string[],
): Writer {
  return format === 'npy' ? npy(rows, features.length, outputs.length) : arrow(features, outputs);
}

function npy(rows: number, features: number, outputs: number): Writer {
  return {
    begin: () => [npyHead(outputs === 1 ? [rows, features] : [rows, features, outputs], new Float64Array(0))],
    block: (values) => [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)],
    end: () => [],
  };
}

function arrow(features: readonly string[], outputs: readonly string[]): Writer {
  const names =
    outputs.length === 1 ? features : features.flatMap((name) => outputs.map((output) => `${name}: ${output}`));
  const schema = new Schema(names.map((name) => new Field(name, new Float64(), false)));
  const type = new Struct(schema.fields);
  let begun = false;
  return {
    begin: () => [],
    *block(values) {
      const length = values.length / names.length;
      const children = names.map((_, j) =>
        makeData({
          type: new Float64(),
          length,
          nullCount: 0,
          data: Float64Array.from({ length }, (__, row) => values[row * names.length + j]!),
        }),
      );
      const batch = new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
      // A whole stream of this batch: its schema is that of the first one, its end that of the last.
      const stream = tableToIPC(new Table([batch]), 'stream');
      yield stream.subarray(begun ? messageAt(stream) : 0, stream.length - END.length);
      begun = true;
    },
    end: () => [END],
  };
}

/** Where the first message ends: a mark, the length of what describes it, and for a schema nothing more. */
function messageAt(stream: Uint8Array): number {
  return 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
}

/** No message follows. */
const END = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
