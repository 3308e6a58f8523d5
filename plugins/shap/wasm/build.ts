/** `node plugins/shap/wasm/build.ts`: compiles tables.as.ts into lib/tables/kernel.gen.ts, which is what runs; `--print` shows it instead. */
import { readFile, writeFile } from 'node:fs/promises';
import { main } from 'assemblyscript/asc';

const SOURCE = new URL('tables.as.ts', import.meta.url);
const TARGET = new URL('../lib/tables/kernel.gen.ts', import.meta.url);

/** The text of kernel.gen.ts. The compiler is pinned, and so are the bytes. */
async function build(): Promise<string> {
  const source = await readFile(SOURCE, 'utf8');
  let wasm = new Uint8Array();
  const { error, stderr } = await main(
    [
      'tables.as.ts',
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
      readFile: (name) => (name === 'tables.as.ts' ? source : null),
      writeFile: (name, contents) => void (name === 'out.wasm' && (wasm = contents as Uint8Array<ArrayBuffer>)),
      listFiles: () => [],
    },
  );
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  const base64 = Buffer.from(wasm).toString('base64');
  return `/** Made by wasm/build.ts from wasm/tables.as.ts. */\nconst BASE64 =\n  '${base64}';\n\nexport const bytesOfKernel = (): Uint8Array<ArrayBuffer> =>\n  Uint8Array.from(atob(BASE64), (char) => char.charCodeAt(0));\n`;
}

if (process.argv[2] === '--print') process.stdout.write(await build());
else await writeFile(TARGET, await build());
