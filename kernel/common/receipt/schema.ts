/** The closed schema of a receipt, by hand: it runs where `eval` may not, and on the log's fast path. */
import { isDigest } from '#common/bytes.ts';
import { comparatorFault } from '#common/comparators.ts';
import { AssayError } from '#common/errors.ts';
import { KINDS, PREDICATE_TYPE, ROLES, STATEMENT_TYPE, type Statement } from './types.ts';

const STATEMENT_KEYS = ['_type', 'predicate', 'predicateType', 'subject'];
const PREDICATE_KEYS = [
  'comparators',
  'env',
  'kind',
  'log',
  'materials',
  'method',
  'nonce',
  'org',
  'params',
  'parents',
  'plugin',
  'prev',
  'result',
  'seq',
  'signer',
  'stream',
  'time',
];

const KIND_SET: ReadonlySet<unknown> = new Set(KINDS);
const ORG = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const LOG = /^[^\s+]{1,200}\+[0-9a-f]{8}$/u;
const METHOD = /^[a-z][a-z0-9-]{0,62}\.[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NONCE = /^[0-9a-f]{32}$/;

/** Names, versions, streams, signers, environment. */
const MAX_TEXT = 1024;

type Check = (value: unknown, where: string) => void;
type Fields = Readonly<Record<string, unknown>>;

/** `result` may be any JSON: the writer and the reader bound its depth, integers and text. @throws RECEIPT_INVALID with `where` */
export function checkStatement(value: unknown): asserts value is Statement {
  const { _type, subject, predicateType, predicate } = closed(value, '', STATEMENT_KEYS);
  if (_type !== STATEMENT_TYPE) refuse('_type', `is “${STATEMENT_TYPE}”`);
  if (predicateType !== PREDICATE_TYPE) refuse('predicateType', `is “${PREDICATE_TYPE}”`);
  each(subject, 'subject', checkSubject);
  checkPredicate(closed(predicate, 'predicate', PREDICATE_KEYS));
}

function checkPredicate(it: Fields): void {
  if (!KIND_SET.has(it['kind'])) refuse('kind', `is one of ${KINDS.join(', ')}`);
  matches(it['org'], 'org', ORG, 'is lower-case letters, digits, dots, dashes');
  matches(it['log'], 'log', LOG, 'is name+hhhhhhhh');
  text(it['stream'], 'stream');
  text(it['signer'], 'signer');
  if (!isCount(it['seq'])) refuse('seq', 'is a count');
  if (it['prev'] !== null) digest(it['prev'], 'prev');
  if ((it['prev'] === null) !== (it['seq'] === 0))
    refuse('prev', 'is null for the first of a stream, and for no other');
  matches(it['time'], 'time', TIME, 'is RFC 3339 in UTC with milliseconds');
  if (!isRealTime(it['time'] as string)) refuse('time', 'is a time that exists');
  matches(it['nonce'], 'nonce', NONCE, 'is 16 bytes in hex');
  if (it['params'] !== null) digest(it['params'], 'params');
  each(it['parents'], 'parents', checkParent);
  each(it['materials'], 'materials', checkMaterial);
  each(it['comparators'], 'comparators', checkComparator);
  checkPlugin(it['plugin'], it['method']);
  checkEnv(it['env']);
  if (it['result'] === undefined) refuse('result', 'is JSON, null when there is nothing to say');
}

const checkSubject: Check = (value, where) => {
  const it = closed(value, where, ['digest', 'name']);
  text(it['name'], where);
  digest(closed(it['digest'], where, ['sha256'])['sha256'], where);
};

const checkParent: Check = (value, where) => {
  const it = closed(value, where, ['digest', 'role']);
  digest(it['digest'], where);
  if (typeof it['role'] !== 'string' || !Object.hasOwn(ROLES, it['role']))
    refuse(where, `has a role: ${Object.keys(ROLES).join(', ')}`);
};

const checkMaterial: Check = (value, where) => {
  const it = closed(value, where, ['digest', 'name']);
  text(it['name'], where);
  digest(it['digest'], where);
};

const checkComparator: Check = (value, where) => {
  const fault = comparatorFault(record(value, where));
  if (fault !== null) refuse(where, fault);
};

function checkPlugin(plugin: unknown, method: unknown): void {
  if (plugin !== null) {
    const it = closed(plugin, 'plugin', ['digest', 'name', 'version']);
    text(it['name'], 'plugin');
    text(it['version'], 'plugin');
    digest(it['digest'], 'plugin');
  }
  if (method === null) return;
  matches(method, 'method', METHOD, 'is plugin.method');
  if (plugin === null || !(method as string).startsWith(`${(plugin as { name: string }).name}.`))
    refuse('method', 'is one of the plugin named');
}

function checkEnv(value: unknown): void {
  const it = record(value, 'env');
  for (const key of Object.keys(it)) {
    const item = it[key];
    if (typeof item === 'string') text(item, `env.${key}`, 0);
    else if (item !== null && typeof item !== 'boolean' && typeof item !== 'number')
      refuse(`env.${key}`, 'is text, a number, a boolean or null');
    if (key.length > MAX_TEXT) refuse('env', 'has short keys');
  }
}

function closed(value: unknown, where: string, keys: readonly string[]): Fields {
  const it = record(value, where);
  const found = Object.keys(it);
  if (found.length === keys.length && keys.every((key) => Object.hasOwn(it, key))) return it;
  const missing = keys.find((key) => !Object.hasOwn(it, key));
  return refuse(
    where,
    missing === undefined ? `has no “${found.find((key) => !keys.includes(key))}”` : `needs “${missing}”`,
  );
}

function record(value: unknown, where: string): Fields {
  const fits = typeof value === 'object' && value !== null && !Array.isArray(value);
  return fits ? (value as Fields) : refuse(where, 'is an object');
}

function each(value: unknown, where: string, check: Check): void {
  if (!Array.isArray(value)) refuse(where, 'is an array');
  const items = value as readonly unknown[];
  for (let i = 0; i < items.length; i++) check(items[i], where);
}

function text(value: unknown, where: string, least = 1): void {
  if (typeof value !== 'string' || value.length < least || value.length > MAX_TEXT)
    refuse(where, `has a text of ${least} to ${MAX_TEXT} units`);
}

function digest(value: unknown, where: string): void {
  if (!isDigest(value)) refuse(where, 'has a digest: 64 lower-case hex digits');
}

function matches(value: unknown, where: string, pattern: RegExp, rule: string): void {
  if (typeof value !== 'string' || !pattern.test(value)) refuse(where, rule);
}

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);

function isRealTime(time: string): boolean {
  const ms = Date.parse(time);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === time;
}

function refuse(where: string, rule: string): never {
  throw new AssayError('RECEIPT_INVALID', `This is no receipt: “${where || 'statement'}” ${rule}.`, { where });
}
