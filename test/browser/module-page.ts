/** A page in Chromium that has loaded one module of common, as the workbench would: bundled, with the browser's side of `#crypto`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium } from './chromium.ts';

export interface ModulePage {
  readonly page: Page;
  close(): Promise<void>;
}

/** In the page, `await import('/module.js')` gives `entry` (a path from the project's folder), and `fetch` gives each of `files`. */
export async function openModule(entry: string, files: Readonly<Record<string, Uint8Array>> = {}): Promise<ModulePage> {
  const scripts = await bundle(entry);
  const server = createServer(({ url = '' }, reply) => {
    const script = scripts.get(url);
    if (script !== undefined) reply.setHeader('content-type', 'text/javascript').end(script);
    else if (Object.hasOwn(files, url)) reply.end(files[url]);
    else reply.setHeader('content-type', 'text/html').end('<!doctype html><title>module</title>');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const browser = await launchChromium();
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.close();
    },
  };
}

async function bundle(entry: string): Promise<Map<string, string>> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built = await build({
    configFile: false,
    root,
    logLevel: 'silent',
    build: { write: false, target: 'es2023', lib: { entry, formats: ['es'], fileName: 'module' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const parts = output !== undefined && 'output' in output ? output.output : [];
  return new Map(parts.map((part) => [`/${part.fileName}`, 'code' in part ? part.code : '']));
}
