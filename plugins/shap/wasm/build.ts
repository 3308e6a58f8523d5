/** `node plugins/shap/wasm/build.ts`: compiles the sources beside it into lib/tables/kernel.gen.ts, which is what runs; `--print` shows it instead. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { main } from 'assemblyscript/asc';

/** What these export can be called. */
const ENTRIES = [
  new URL('codes.as.ts', import.meta.url),
  new URL('tables.as.ts', import.meta.url),
  new URL('paths.as.ts', import.meta.url),
  new URL('pair-paths.as.ts', import.meta.url),
  new URL('rooms.as.ts', import.meta.url),
];
const SOURCES = [
  ...ENTRIES,
  new URL('cluster.as.ts', import.meta.url),
  new URL('cluster-pairs.as.ts', import.meta.url),
  new URL('clusters.as.ts', import.meta.url),
  new URL('cover-tables.as.ts', import.meta.url),
  new URL('decide.as.ts', import.meta.url),
  new URL('interactions.as.ts', import.meta.url),
  new URL('leaf-game.as.ts', import.meta.url),
  new URL('leaf-tables.as.ts', import.meta.url),
  new URL('leaves.as.ts', import.meta.url),
  new URL('local.as.ts', import.meta.url),
  new URL('local-table.as.ts', import.meta.url),
  new URL('meetings.as.ts', import.meta.url),
  new URL('pair-program.as.ts', import.meta.url),
  new URL('path-clusters.as.ts', import.meta.url),
  new URL('path-numbers.as.ts', import.meta.url),
  new URL('path-program.as.ts', import.meta.url),
  new URL('path-steps.as.ts', import.meta.url),
  new URL('table-sums.as.ts', import.meta.url),
  new URL('tree.as.ts', import.meta.url),
  new URL('visits.as.ts', import.meta.url),
  new URL('way.as.ts', import.meta.url),
];
const TARGET = new URL('../lib/tables/kernel.gen.ts', import.meta.url);

/** The text of kernel.gen.ts. The compiler is pinned, and so are the bytes. */
async function build(): Promise<string> {
  const texts = await Promise.all(SOURCES.map((source) => readFile(source, 'utf8')));
  const names = SOURCES.map(({ pathname }) => basename(pathname));
  let wasm = new Uint8Array();
  const { error, stderr } = await main(
    [
      ...names.slice(0, ENTRIES.length),
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--outFile',
      'out.wasm',
    ],
    {
      readFile: (name) => texts[names.indexOf(name)] ?? null,
      writeFile: (name, contents) => void (name === 'out.wasm' && (wasm = contents as Uint8Array<ArrayBuffer>)),
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const base64 = Buffer.from(wasm).toString('base64');
  return `/** Made by wasm/build.ts from wasm/*.as.ts. */\nconst BASE64 =\n  '${base64}';\n\nexport const bytesOfKernel = (): Uint8Array<ArrayBuffer> =>\n  Uint8Array.from(atob(BASE64), (char) => char.charCodeAt(0));\n`;
}

if (process.argv[2] === '--print') process.stdout.write(await build());
else await writeFile(TARGET, await build());
