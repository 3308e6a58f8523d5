import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '#common/errors.ts';
import type { JsonSchema } from '#common/plugin.ts';
import { digestValue } from '#common/value/value.ts';
import type { FoundPlugin } from './find.ts';
import type { CallOptions, Host } from './types.ts';

export interface MethodUnderTest {
  /** Runs parts where they are, one after the other. */
  readonly host: Host;
  /** Runs them on workers beside each other. */
  readonly wide: Host;
  readonly plugin: FoundPlugin;
  readonly method: string;
  readonly projectDir: string;
}

type Run = (what: string, see: () => Promise<string>) => Promise<boolean>;

/** What fits no schema of ours. */
const ODD = { 'no such thing': true };

export async function checkMethod(
  { host, wide, plugin, method, projectDir }: MethodUnderTest,
  check: Run,
): Promise<void> {
  const name = `${plugin.manifest.name}.${method}`;
  const { manifest } = plugin.methods.get(method)!;
  const options: CallOptions = { now: 0, base: [plugin.dir, projectDir] };
  await check(`${name}: a misspelt parameter is an error`, async () => {
    const { input } = manifest;
    if (input['additionalProperties'] === false || input['unevaluatedProperties'] === false)
      return 'the input schema is closed';
    throw new Error('The input schema lacks "additionalProperties": false.');
  });
  let input: unknown;
  if (!(await check(`${name}: has an example`, async () => ((input = await exampleOf(plugin, method)), 'there'))))
    return;

  let digest = '';
  const ran = await check(`${name}: the example runs and its output fits`, async () => {
    const began = performance.now();
    digest = digestValue((await call(host, name, input, options)).result);
    return `${Math.round(performance.now() - began)} ms`;
  });
  if (ran && manifest.deterministic !== false)
    await check(`${name}: same input and seed, same result, on any number of cores`, async () => {
      const again = digestValue((await call(wide, name, input, options)).result);
      if (again !== digest) throw new Error(`Two runs gave ${digest.slice(0, 12)}… and ${again.slice(0, 12)}….`);
      return digest;
    });
  await check(`${name}: can be cancelled`, () => canBeCancelled(host, name, input, options));
  await check(`${name}: a wrong input is refused at its place`, () =>
    refusesWrong(host, name, manifest.input, input, options),
  );
}

/** `example` in plugin.json, or examples/<method>.json, whose paths are relative to the plugin's folder. */
async function exampleOf({ dir, manifest }: FoundPlugin, method: string): Promise<unknown> {
  const text = await readFile(join(dir, 'examples', `${method}.json`), 'utf8').catch(() => null);
  if (text !== null) return JSON.parse(text);
  const { example } = manifest.methods[method]!;
  if (example === undefined) throw new Error(`Neither "example" in plugin.json nor examples/${method}.json is there.`);
  return example;
}

async function canBeCancelled(host: Host, name: string, input: unknown, options: CallOptions): Promise<string> {
  const stop = new AbortController();
  const running = call(host, name, input, { ...options, signal: stop.signal });
  setTimeout(() => stop.abort(), 1);
  const code = await running.then(
    () => 'done before',
    (error: unknown) => AssayError.from(error).code,
  );
  if (code !== 'CANCELLED' && code !== 'done before') throw new Error(`A cancelled call ended with ${code}.`);
  await call(host, name, input, options);
  return code;
}

/** Every property in turn is given something odd. */
async function refusesWrong(
  host: Host,
  name: string,
  schema: JsonSchema,
  input: unknown,
  options: CallOptions,
): Promise<string> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const typed = properties.filter(([, property]) =>
    Object.keys(property).some((key) => !['title', 'description', 'default'].includes(key)),
  );
  for (const [key] of typed) {
    const error = await call(host, name, { ...(input as object), [key]: ODD }, options).then(
      () => null,
      (reason: unknown) => AssayError.from(reason),
    );
    if (error === null) throw new Error(`It took ${JSON.stringify(ODD)} for “${key}”.`);
    if (error.code !== 'INPUT_INVALID' || error.where?.startsWith(`/${key}`) !== true)
      throw new Error(
        `Something odd for “${key}” gave ${error.code} at ${error.where ?? 'no place'}: ${error.message}`,
      );
  }
  return typed.map(([key]) => key).join(', ') || 'no parameters';
}

function call(host: Host, method: string, input: unknown, options: CallOptions): ReturnType<Host['call']> {
  return host.call({ method, input, seed: 1 }, options);
}
