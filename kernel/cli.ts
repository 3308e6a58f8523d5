import { AssayError } from './common/errors.ts';
import { printError } from './cli/terminal.ts';

interface Command {
  /** Arguments as they are typed. */
  readonly takes: string;
  readonly does: string;
}

/** Every command lives in `cli/<name>.ts`, which exports `run(argv)` and `usage`, and is loaded when it is used. */
const COMMANDS: Readonly<Record<string, Command>> = {
  serve: { takes: '', does: 'start the kernel and print the link to the workbench' },
  run: { takes: 'NOTEBOOK', does: 'run a notebook without a browser; --seal makes a bundle of it' },
  call: { takes: 'PLUGIN.METHOD', does: 'call one method: JSON in, JSON out' },
  verify: { takes: 'BUNDLE', does: 'check a bundle, offline, check by check' },
  verifier: { takes: '> verify.html', does: 'write the Verify page as one file that works offline' },
  reproduce: { takes: 'BUNDLE', does: 'run what a bundle holds again and compare cell by cell' },
  receipts: { takes: '', does: 'list what the log holds' },
  log: { takes: 'export|verify|check', does: 'write the whole log to a file, check such a file, or check this one' },
  keys: {
    takes: 'rotate|revoke|tag',
    does: 'list the keys that sign seals, or change them; tag receipts beside the log',
  },
  witness: { takes: '', does: 'cosign the checkpoints of other people’s logs' },
  'new-plugin': { takes: 'NAME', does: 'write a plugin that works at once' },
  'check-plugin': { takes: 'NAME', does: 'run the conformance suite on a plugin' },
  'plugin-types': { takes: '[NAME]', does: 'write the types of plugins’ methods from their schemas' },
};

interface CommandModule {
  run(argv: string[]): Promise<number>;
  readonly usage?: string;
}

/** @returns the exit code: 0 done, 1 failed or refuted, 2 not understood (1 from `call`, whose errors are JSON and nothing else) */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const [first, ...rest] = argv;
  const json = argv.includes('--json') || first === 'call';
  try {
    if (first === undefined || first === 'help' || first.startsWith('-')) return await general(first, rest);
    return await command(first, rest);
  } catch (error) {
    printError(error, json);
    return error instanceof AssayError && error.code === 'USAGE' && first !== 'call' ? 2 : 1;
  }
}

async function general(first: string | undefined, rest: readonly string[]): Promise<number> {
  if (first === 'help' && rest[0] !== undefined) return command(rest[0], ['--help']);
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    console.log(help());
    return first === undefined ? 2 : 0;
  }
  if (first === '--version' || first === '-v') {
    const { default: about } = await import('../package.json', { with: { type: 'json' } });
    console.log(`assay ${about.version} (node ${process.versions.node})`);
    return 0;
  }
  throw new AssayError('USAGE', `A command comes first, then its options: “${first}” is none.`);
}

async function command(name: string, argv: string[]): Promise<number> {
  if (!Object.hasOwn(COMMANDS, name)) {
    const near = nearest(name);
    throw new AssayError('USAGE', `There is no command “${name}”.${near === null ? '' : ` Did you mean “${near}”?`}`);
  }
  const { run, usage } = (await import(`./cli/${name}.ts`)) as CommandModule;
  if (usage !== undefined && (argv.includes('--help') || argv.includes('-h'))) {
    console.log(usage.trim());
    return 0;
  }
  try {
    return await run(argv);
  } catch (error) {
    throw usageError(error, name) ?? error;
  }
}

/** What `parseArgs` throws, as a coded error; null for anything else. */
function usageError(error: unknown, name: string): AssayError | null {
  if (!(error instanceof TypeError) || !('code' in error) || !String(error.code).startsWith('ERR_PARSE_ARGS'))
    return null;
  return new AssayError('USAGE', error.message, { where: `assay ${name}` });
}

function help(): string {
  const names = Object.entries(COMMANDS).map(([name, { takes, does }]) => [`${name} ${takes}`, does] as const);
  const width = Math.max(...names.map(([name]) => name.length)) + 2;
  return `Assay: a research notebook whose every run is evidence.

  assay <command> [options]        assay help <command>

${names.map(([name, does]) => `  ${name.padEnd(width)}${does}`).join('\n')}

To begin:
  npm start                                        open the workbench
  npx assay run wages                              run notebooks/wages.md here
  npx assay run wages --seal --out wages.zip       … and seal it
  npx assay verify wages.zip                       what a stranger does with it
  npx assay reproduce wages.zip                    … and then`;
}

/** The command within two slips of the fingers, or one that begins like this. */
function nearest(name: string): string | null {
  const scored = Object.keys(COMMANDS)
    .map((known) => ({ known, slips: known.startsWith(name) ? 1 : distance(name, known) }))
    .toSorted((a, b) => a.slips - b.slips);
  return scored[0]!.slips <= 2 ? scored[0]!.known : null;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
