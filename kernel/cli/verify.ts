import { parseArgs } from 'node:util';
import { AssayError } from '../common/errors.ts';
import { hallmarkText } from '../common/hallmark/hallmark.ts';
import { readPolicy as readPolicyText } from '../common/policy/text.ts';
import { verifyBundle } from '../common/verify/verify.ts';
import type { CheckResult, Policy, VerifyReport } from '../common/verify/types.ts';
import { fileSource } from '../host/file-source.ts';
import { readWhole } from '../host/whole-file.ts';
import { publicLog } from './public-log.ts';
import { progressLine } from './progress-line.ts';
import { openSeen } from './seen.ts';
import { columns, paint } from './terminal.ts';

export const usage = `
assay verify BUNDLE [options]    check a sealed run, offline

  Every check is listed: ✓ holds, ✗ doesn't, – was not judged. Nothing is trusted because the bundle says so: name the logs
  you trust in a policy, or compare the signer's key with what you were told. Exit code 0 when no check fails, else 1.

  --policy FILE   whom you trust: a C2SP tlog-policy (logs, witnesses, quorum), or as JSON
                  {"logs": ["name+hash+key"], "org": "…", "quorum": {"atLeast": 1, "of": ["name+hash+key"]}},
                  or keys of logs, one a line
  --log DIR|URL   the log's public files: proves that they continue what you have seen of the log before
  --latest        refuse a checkpoint that is older than one you have seen
  --home DIR      where the checkpoints seen are remembered; ASSAY_HOME, or ./.assay where there is one
  --json          print {"ok", "checks": [{"code", "ok", "what", "detail"}]}
`;

/** @throws USAGE, NOT_FOUND, POLICY_INVALID; what is wrong with the bundle is no error but a check that fails */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      log: { type: 'string' },
      latest: { type: 'boolean', default: false },
      home: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new AssayError('USAGE', 'Name one bundle: assay verify run.zip');
  const policy = values.policy === undefined ? undefined : await readPolicy(values.policy);
  const memory = await openSeen(values.home);
  const bundle = await fileSource(file);
  const progress = values.json ? undefined : progressLine('Checking');
  const report = await verifyBundle(bundle, {
    policy,
    latest: values.latest,
    remembered: memory?.remembered,
    onProgress: progress?.tell,
    ...(values.log === undefined ? {} : { consistency: publicLog(values.log) }),
  }).finally(() => {
    progress?.end();
    return bundle.close();
  });
  if (report.ok) await memory?.remember(report.seen);
  if (values.json)
    console.log(
      JSON.stringify({
        ok: report.ok,
        checks: report.checks.map(({ code, ok, what, detail }) => ({ code, ok, what, detail })),
      }),
    );
  else for (const line of printed(report, file)) console.log(line);
  return report.ok ? 0 : 1;
}

function printed(report: VerifyReport, file: string): string[] {
  const lines = columns(
    report.checks.map((check) => [
      mark(check),
      paint('dim', check.code),
      `${check.what}${check.ok === false ? '' : `  ${paint('dim', check.detail)}`}`,
    ]),
    '  ',
  );
  const { kind, title, root, signer, time, seal, logged } = report;
  const facts = [
    [kind, title],
    ['root', root],
    ['seal', seal],
    ['claims', time === null ? null : `sealed ${time}`],
    ['logged', interval(logged)],
    ['signed by', signer],
  ].filter((fact): fact is [string, string] => fact[1] !== null);
  return [
    ...lines.flatMap((line, i) => [line, ...explained(report.checks[i]!)]),
    '',
    ...(root === null ? [] : hallmark(root, report.ok)),
    ...columns(
      facts.map(([name, value]) => [paint('dim', name), value]),
      '  ',
    ),
    '',
    verdict(report, file),
  ];
}

/** What the policy's authorities and witnesses attest. */
function interval({ after, before }: VerifyReport['logged']): string | null {
  const parts = [...(after === null ? [] : [`after ${after}`]), ...(before === null ? [] : [`before ${before}`])];
  return parts.length === 0 ? null : parts.join(', ');
}

/** Below a check that failed: what was found, and what that means. */
function explained({ ok, detail, means }: CheckResult): string[] {
  if (ok !== false) return [];
  return [`       ${paint('red', detail)}`, ...(means === null ? [] : [`       ${paint('dim', means)}`])];
}

function verdict({ ok, checks, signer }: VerifyReport, file: string): string {
  const failed = checks.filter((check) => check.ok === false);
  if (!ok) return paint('red', `✗ ${file} does not hold: ${failed.map(({ code }) => code).join(', ')}.`);
  const open = checks.filter((check) => check.ok === null).map(({ code }) => code);
  const rest = open.length === 0 ? '' : ` Not judged: ${open.join(', ')}.`;
  const holds = `${paint('green', `✓ ${file} holds: ${checks.length - open.length} checks.`)}${rest}`;
  if (!open.includes('SIGNER')) return holds;
  return `${holds}\n${paint('yellow', `! Nobody has checked who signed it. Anyone can seal a run of their own making: compare ${signer ?? 'the signer'} with the key that you know, or give a --policy that names the logs you trust.`)}`;
}

function mark({ ok }: CheckResult): string {
  if (ok === null) return paint('dim', '–');
  return ok ? paint('green', '✓') : paint('red', '✗');
}

/** A seal that doesn't hold shows its stamp broken in two. */
function hallmark(root: string, whole: boolean): string[] {
  const lines = hallmarkText(root).split('\n');
  if (whole) return [...lines.map((line) => `  ${paint('yellow', line)}`), ''];
  const middle = Math.ceil(lines.length / 2);
  return [
    ...lines
      .map((line, i) => `  ${paint('red', i < middle ? line : ` ${line}`)}`)
      .toSpliced(middle, 0, paint('red', '  ╱╲╱╲╱╲╱╲')),
    '',
  ];
}

/** @throws POLICY_INVALID */
export async function readPolicy(file: string): Promise<Policy> {
  return readPolicyText(new TextDecoder().decode(await readWhole(file)));
}
