import type { ValidateFunction } from 'ajv/dist/2020.js';
import { parseJson } from '#common/json/parse.ts';
import { AssayError } from '#common/errors.ts';
import type { MethodManifest, PluginManifest } from '#common/plugin.ts';
import { MANIFEST_SCHEMA } from './manifest-schema.ts';
import { compile, misfit, sentence } from './schema.ts';
import { satisfies } from './version.ts';

/** A method whose schemas are compiled. */
export interface CheckedMethod {
  readonly manifest: MethodManifest;
  readonly input: ValidateFunction;
  readonly output: ValidateFunction;
}

export interface CheckedManifest {
  readonly manifest: PluginManifest;
  readonly methods: ReadonlyMap<string, CheckedMethod>;
}

let closed: ValidateFunction | null = null;

/**
 * Checks plugin.json before anything of the plugin is run.
 *
 * @param text the file's content
 * @param folder name of the plugin's folder, which must be its name
 * @param file how errors call the file
 * @param assay version of this Assay
 * @throws PLUGIN_INVALID naming the file and the JSON path
 */
export function checkManifest(text: string, folder: string, file: string, assay: string): CheckedManifest {
  const invalid = (message: string, path = ''): AssayError =>
    new AssayError('PLUGIN_INVALID', `${file}: ${message}`, {
      where: path === '' ? file : `${file}#${path}`,
      details: { file, path },
    });
  let json: unknown;
  try {
    json = parseJson(text, 'PLUGIN_INVALID');
  } catch (error) {
    if (error instanceof AssayError) throw invalid(error.message, error.where);
    throw invalid(`not JSON: ${(error as Error).message}`);
  }
  closed ??= compile(MANIFEST_SCHEMA);
  const wrong = misfit(closed, json);
  if (wrong !== null) throw invalid(sentence(wrong), wrong.path);
  const manifest = json as PluginManifest;
  if (manifest.name !== folder)
    throw invalid(`The name “${manifest.name}” must be the folder’s, “${folder}”.`, '/name');
  const fits = satisfies(assay, manifest.engines.assay);
  if (fits === null)
    throw invalid(`“${manifest.engines.assay}” is not a range of versions such as “^0.1.0”.`, '/engines/assay');
  if (!fits) throw invalid(`The plugin is for Assay ${manifest.engines.assay}; this is ${assay}.`, '/engines/assay');
  const methods = new Map<string, CheckedMethod>();
  for (const [name, method] of Object.entries(manifest.methods)) {
    const path = `/methods/${name}`;
    if (method.input['type'] !== 'object') throw invalid('The input must be of type "object".', `${path}/input/type`);
    methods.set(name, {
      manifest: method,
      input: compileAt(method.input, `${path}/input`, invalid),
      output: compileAt(method.output, `${path}/output`, invalid),
    });
  }
  return { manifest, methods };
}

function compileAt(
  schema: MethodManifest['input'],
  path: string,
  invalid: (message: string, path: string) => AssayError,
): ValidateFunction {
  try {
    return compile(schema);
  } catch (error) {
    throw invalid(`The schema is not right: ${(error as Error).message}.`, path);
  }
}
