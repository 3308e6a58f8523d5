import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatedRun, parent, type Changes } from '#common/bundle/gated.fixture.ts';
import { GATE_RULES, PARENT_ROLES } from '#common/receipt/lineage-rules.ts';
import { KINDS, ROLES } from '#common/receipt/receipt.ts';
import { verifyBundle } from './verify.ts';

async function failures(changes: Changes): Promise<Record<string, string>> {
  const { checks } = await verifyBundle(gatedRun(changes));
  return Object.fromEntries(checks.filter(({ ok }) => ok === false).map(({ code, detail }) => [code, detail]));
}

test('the whole way, data set to archive, holds', async () => {
  const { ok, checks } = await verifyBundle(gatedRun());
  assert.ok(ok, JSON.stringify(checks.filter((check) => check.ok === false)));
  assert.equal(checks.find(({ code }) => code === 'GATES')?.detail, '2 held to their gates');
});

test('the rules name kinds and roles that there are, and every kind has its own', () => {
  assert.deepEqual(Object.keys(PARENT_ROLES), [...KINDS]);
  for (const roles of Object.values(PARENT_ROLES)) for (const role of roles) assert.ok(Object.hasOwn(ROLES, role));
  for (const role of Object.keys(ROLES))
    assert.ok(
      Object.values(PARENT_ROLES).some((roles) => (roles as readonly string[]).includes(role)),
      role,
    );
  assert.ok(GATE_RULES.every(({ same }) => same.length > 0));
});

const gate = (name: string, passed: unknown): object => ({ gate: name, passed });
const SKIPPED: Record<string, [RegExp, Changes]> = {
  'a deployment without a validation gate': [
    /follows from no validation gate/,
    { deployment: ({ model, dataset }) => ({ parents: [parent(model!, 'model'), parent(dataset!, 'dataset')] }) },
  ],
  'a validation that did not pass': [
    /a validation gate that let nothing pass/,
    { validation: () => ({ result: gate('validation', false) }) },
  ],
  'a validation that passed in words only': [
    /let nothing pass/,
    { validation: () => ({ result: gate('validation', 'true') }) },
  ],
  'a validation that says nothing': [/follows from no validation gate/, { validation: () => ({ result: null }) }],
  'another gate in place of the validation': [
    /follows from no validation gate/,
    { validation: () => ({ result: gate('review', true) }) },
  ],
  'a validation of another model': [
    /for another model than the validation gate/,
    { validation: ({ other, dataset }) => ({ parents: [parent(other!, 'model'), parent(dataset!, 'dataset')] }) },
  ],
  'a validation of two models, one of them deployed': [
    /for another model/,
    {
      validation: ({ model, other, dataset }) => ({
        parents: [parent(model!, 'model'), parent(other!, 'model'), parent(dataset!, 'dataset')],
      }),
    },
  ],
  'a validation on other data': [
    /for another dataset/,
    {
      again: () => ({ subject: [{ name: 'strangers', digest: { sha256: 'ab'.repeat(32) } }] }),
    },
  ],
  'a validation on no data': [
    /for another dataset/,
    { validation: ({ model }) => ({ parents: [parent(model!, 'model')] }) },
  ],
  'a deployment of no model': [
    /names no model/,
    {
      deployment: ({ validation, dataset }) => ({
        parents: [parent(validation!, 'gate'), parent(dataset!, 'dataset')],
      }),
    },
  ],
  'an inference under a deployment that was refused': [
    /a deployment gate that let nothing pass/,
    { deployment: () => ({ result: gate('deployment', false) }) },
  ],
  'an inference under a validation alone': [
    /follows from no deployment gate/,
    { inference: ({ validation, model }) => ({ parents: [parent(validation!, 'gate'), parent(model!, 'model')] }) },
  ],
  'an inference with another model than was deployed': [
    /for another model than the deployment gate/,
    { inference: ({ deployment, other }) => ({ parents: [parent(deployment!, 'gate'), parent(other!, 'model')] }) },
  ],
};
for (const [what, [says, changes]] of Object.entries(SKIPPED))
  test(`fails GATES alone: ${what}`, async () => {
    const failed = await failures(changes);
    assert.deepEqual(Object.keys(failed), ['GATES'], JSON.stringify(failed));
    assert.match(failed['GATES']!, says);
  });

test('a deployment that was refused needs no validation, and nothing may run under it', async () => {
  const refused: Changes = {
    validation: () => ({ result: gate('validation', false) }),
    deployment: () => ({ result: gate('deployment', false) }),
    inference: ({ model }) => ({ parents: [parent(model!, 'model')] }),
  };
  assert.deepEqual(await failures(refused), {});
});

test('fails LINEAGE alone: what may not follow', async () => {
  const failed = await failures({
    archive: ({ inference }) => ({ kind: 'key', parents: [parent(inference!, 'call')] }),
  });
  assert.deepEqual(Object.keys(failed), ['LINEAGE'], JSON.stringify(failed));
  assert.match(failed['LINEAGE']!, /the key follows from a “call”/);
  const gated = await failures({ again: ({ other }) => ({ parents: [parent(other!, 'seal')] }) });
  assert.deepEqual(Object.keys(gated), ['PARENTS', 'LINEAGE'], JSON.stringify(gated));
});
