import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sha256Hex } from '#crypto';
import { sealedRun } from '#common/bundle/bundle.fixture.ts';
import { crateFaults } from './check.ts';
import { pathUri, uriPath, type Entity } from './terms.ts';
import { verifyBundle } from '#common/verify/verify.ts';
import { readZip } from '#common/zip/zip.ts';

const files = readZip(sealedRun().zip);
const honest = new TextDecoder().decode(files.get('ro-crate-metadata.json'));
const listed = [...files.keys()].filter((path) => !path.startsWith('proof/') && path !== 'manifest-sha256.txt');
const given = {
  paths: new Set(files.keys()),
  listed,
  run: true,
  packed: (path: string) =>
    listed.includes(path) ? { digest: sha256Hex(files.get(path)!), size: files.get(path)!.length } : undefined,
};
const faults = (crate: unknown): readonly string[] => crateFaults(crate, given);

interface Crate {
  '@context': unknown;
  '@graph': (Entity & Record<string, unknown>)[];
}
const changed = (change: (crate: Crate, entity: (id: string) => Record<string, unknown>) => void): unknown => {
  const crate = JSON.parse(honest) as Crate;
  change(crate, (id) => crate['@graph'].find((entity) => entity['@id'] === id) ?? assert.fail(id));
  return crate;
};

test('what Assay writes conforms', () => assert.deepEqual(faults(JSON.parse(honest)), []));

/** Each MUST, broken: the property and a part of what must be said. */
const BROKEN: Readonly<Record<string, readonly [says: string, crate: unknown]>> = {
  'no JSON object': ['not an object of @context', []],
  'a member besides @context and @graph': ['not an object of @context', { ...JSON.parse(honest), more: 1 }], // prettier-ignore
  'a context of its own': ['@context', changed((crate) => (crate['@context'] = [crate['@context'], { name: 'urn:x' }].flat()))], // prettier-ignore
  'no context': ['@context', changed((crate) => (crate['@context'] = []))],
  'a graph that is no list': ['@graph', changed((crate) => (crate['@graph'] = {} as never))],
  'an entity that is none': ['Entity 0 is no object', changed((crate) => (crate['@graph'][0] = null as never))],
  'an entity without @id': ['has no @id', changed((_, entity) => delete entity('#assay')['@id'])],
  'an @id that is no text': ['has no @id', changed((_, entity) => (entity('#assay')['@id'] = 3))],
  'an @type that is no text': ['has no @type', changed((_, entity) => (entity('#assay')['@type'] = [null]))],
  'no @type at all': ['has no @type', changed((_, entity) => (entity('#assay')['@type'] = []))],
  'null as a value': ['not flattened', changed((_, entity) => (entity('#assay')['name'] = null))],
  'null in a list': ['not flattened', changed((_, entity) => (entity('#assay')['name'] = [null]))],
  'a list in a list': ['not flattened', changed((_, entity) => (entity('./')['hasPart'] = [[{ '@id': 'env.json' }]]))],
  'a reference that says more': ['not flattened', changed((_, entity) => (entity('#run')['agent'] = { '@id': '#organisation', name: 'x' }))], // prettier-ignore
  'no descriptor': ['No CreativeWork', changed((crate) => crate['@graph'].shift())],
  'a descriptor about something else': ['not about', changed((_, entity) => (entity('ro-crate-metadata.json')['about'] = { '@id': '#run' }))], // prettier-ignore
  'a descriptor about two things': ['not about', changed((_, entity) => (entity('ro-crate-metadata.json')['about'] = [{ '@id': './' }, { '@id': '#run' }]))], // prettier-ignore
  'conformsTo as text': ['does not conform to https://w3id.org/ro/crate/1.1', changed((_, entity) => (entity('ro-crate-metadata.json')['conformsTo'] = 'https://w3id.org/ro/crate/1.1'))], // prettier-ignore
  'a root that is no Dataset': ['no Dataset', changed((_, entity) => (entity('./')['@type'] = 'CreativeWork'))],
  'no date': ['ISO 8601', changed((_, entity) => delete entity('./')['datePublished'])],
  'two dates': ['ISO 8601', changed((_, entity) => (entity('./')['datePublished'] = ['2026', '2027']))],
  'a day that never was': ['ISO 8601', changed((_, entity) => (entity('./')['datePublished'] = '2026-13-41'))],
  'no name': ['no name', changed((_, entity) => delete entity('./')['name'])],
  'no licence': ['no licence', changed((_, entity) => delete entity('./')['license'])],
  'itself among its parts': ['no part of what it describes', changed((_, entity) => (entity('./')['hasPart'] as unknown[]).push({ '@id': 'ro-crate-metadata.json' }))], // prettier-ignore
  'a folder that is not there': ['“lost/” is not here', changed((crate, entity) => { crate['@graph'].push({ '@id': 'lost/', '@type': 'Dataset' }); (entity('./')['hasPart'] as unknown[]).push({ '@id': 'lost/' }); })], // prettier-ignore
  'a folder without a slash': ['“data” is not here', changed((crate, entity) => { crate['@graph'].push({ '@id': 'data', '@type': 'Dataset' }); (entity('./')['hasPart'] as unknown[]).push({ '@id': 'data' }); })], // prettier-ignore
  'a file that no folder has': ['is no part of', changed((_, entity) => (entity('proof/')['hasPart'] = []))],
  'a URI that needs no escape': ['no path as a URI', changed((_, entity) => { entity('env.json')['@id'] = 'en%76.json'; })], // prettier-ignore
  'a backslash': [
    'no path as a URI',
    changed((_, entity) => {
      entity('env.json')['@id'] = 'a\\env.json';
    }),
  ],
  'a broken escape': [
    'no path as a URI',
    changed((_, entity) => {
      entity('env.json')['@id'] = 'env%.json';
    }),
  ],
  'another digest': ['another SHA-256', changed((_, entity) => (entity('env.json')['sha256'] = '0'.repeat(64)))],
  'no digest': ['another SHA-256', changed((_, entity) => delete entity('env.json')['sha256'])],
  'another size': ['another size', changed((_, entity) => (entity('env.json')['contentSize'] = '1'))],
  'a size as a number': ['another size', changed((_, entity) => (entity('env.json')['contentSize'] = files.get('env.json')!.length))], // prettier-ignore
  'a file that is no File': ['Nothing describes env.json', changed((_, entity) => (entity('env.json')['@type'] = 'CreativeWork'))], // prettier-ignore
  'a profile that nothing describes': ['does not conform to https://w3id.org/ro/wfrun', changed((crate) => (crate['@graph'] = crate['@graph'].filter((entity) => entity['name'] !== 'Process Run Crate')))], // prettier-ignore
  'no action': ['No action', changed((crate) => { for (const entity of crate['@graph']) if (entity['@type'] === 'CreateAction') Object.assign(entity, { '@type': 'Thing' }); })], // prettier-ignore
  'an instrument that nothing describes': ['has no instrument', changed((_, entity) => (entity('#run')['instrument'] = { '@id': '#other' }))], // prettier-ignore
  'an instrument as text': ['has no instrument', changed((_, entity) => (entity('#run')['instrument'] = 'Assay'))],
  'a second instrument that is none': ['has no instrument', changed((_, entity) => (entity('#run')['instrument'] = [{ '@id': '#assay' }, { '@id': '#terms' }]))], // prettier-ignore
  'an action that the root does not mention': ['does not mention', changed((_, entity) => (entity('./')['mentions'] = []))], // prettier-ignore
  'an environment that nothing describes': ['“#gone”', changed((_, entity) => (entity('#run')['environment'] = [{ '@id': '#gone' }]))], // prettier-ignore
  'an end at no time': ['endTime', changed((_, entity) => (entity('#run')['endTime'] = 'yesterday'))],
};
for (const [what, [says, crate]] of Object.entries(BROKEN)) {
  test(`does not conform: ${what}`, () => {
    const found = faults(crate);
    assert.ok(found.some((fault) => fault.includes(says)), JSON.stringify(found)); // prettier-ignore
  });
}

test('what is about no run need not conform to the profile of runs, nor say what was run', () => {
  const [, withoutActions] = BROKEN['no action']!;
  assert.deepEqual(crateFaults(withoutActions, { ...given, run: false }), []);
});

test('whatever it is given, it answers, and says no more than twenty things', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), fc.nat(), (value, at, which) => {
      const crate = JSON.parse(honest) as Crate;
      const entity = crate['@graph'][at % crate['@graph'].length]! as Record<string, unknown>;
      const keys = Object.keys(entity);
      entity[keys[which % keys.length]!] = value;
      for (const one of [value, { '@context': crate['@context'], '@graph': value }, crate])
        assert.ok(faults(one).length <= 20);
    }),
    { numRuns: 300, seed: 1985 },
  );
});

test('a path and its URI lead to each other, whatever letters it has', () => {
  for (const path of ['a b.csv', 'ä#1.csv', '100%.csv', 'what?.csv', 'a&b;c=d.csv', '[x].csv', 'data/日本.csv'])
    assert.equal(uriPath(pathUri(path)), path);
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (path) => assert.equal(uriPath(pathUri(path)), path)));
  for (const uri of ['%', 'a b', 'ä', '%41', '%e4', 'a%2Fb', 'https://a/?b']) assert.equal(uriPath(uri), null, uri);
});

test('data under any name are described, and the bundle holds', async () => {
  const names = ['a b.csv', 'ä#1.csv', '100%.csv', '%41.csv', 'it’s (1) & more.csv', '日本/1.csv'];
  const { zip } = sealedRun({
    parts: (parts) => ({ ...parts, data: names.map((name) => ({ name, bytes: parts.data[0]!.bytes })) }),
  });
  const { ok, checks } = await verifyBundle(zip);
  assert.ok(ok, JSON.stringify(checks.filter((check) => check.ok === false)));
});
