/**
 * Programs that others wrote. One rule for all tests here: what is on every Debian must be there; what may be absent (ssh-keygen,
 * minisign, Go) is never passed over in silence: the test says which step was not run, and so does the line at the end of all of them.
 * With ASSAY_TOOLS=all an absent program is a failure. What such programs made is checked everywhere: test/vectors/third-party.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, type TestContext } from 'node:test';

type Tool = 'sha256sum' | 'openssl' | 'node' | 'ssh-keygen' | 'minisign' | 'go';

const GO_MODULE = '/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog';
const MAY_BE_ABSENT: Readonly<Partial<Record<Tool, () => boolean>>> = {
  'ssh-keygen': () => found('ssh-keygen'),
  minisign: () => found('minisign'),
  go: () => found('go') && existsSync(GO_MODULE),
};
const used = new Set<Tool>();
const absent = new Set<Tool>();

const found = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

export const isThere = (tool: Tool): boolean => MAY_BE_ABSENT[tool]?.() ?? true;

/** False where the program is not installed; then the test's report says what was not run. */
export function hasTool(t: TestContext, tool: Tool, step: string): boolean {
  const there = isThere(tool);
  (there ? used : absent).add(tool);
  if (there) return true;
  assert.notEqual(process.env['ASSAY_TOOLS'], 'all', `${tool} is not installed, and ASSAY_TOOLS asks for all.`);
  t.diagnostic(`NOT RUN, since ${tool} is not installed: ${step}`);
  return false;
}

let told = false;

/** At the end of these tests, one line: which programs were run, and which could not be. */
export function tellTools(): void {
  after(() => {
    if (told) return;
    told = true;
    const missing = absent.size === 0 ? 'none was absent' : `NOT RUN, since absent: ${[...absent].join(', ')}`;
    process.stdout.write(`Third parties: ran ${[...used].join(', ')}; ${missing}.\n`);
  });
}

export interface Ran {
  readonly ok: boolean;
  readonly said: string;
}

/** By a shell, as a person would; stops at the first command that fails. */
export function shell(commands: string, cwd: string, env: Readonly<Record<string, string>> = {}): Ran {
  const options = { cwd, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 300_000 } as const;
  const { status, stdout, stderr, error } = spawnSync('sh', ['-eu', '-c', commands], options);
  const said = `${stdout}${stderr}`;
  assert.ok(error === undefined && status !== 127, `A program is missing: ${error?.message ?? said}`);
  return { ok: status === 0, said };
}
