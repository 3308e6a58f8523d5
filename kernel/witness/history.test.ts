/** Whatever is asked of it, in whatever order, at once or across restarts: a witness has never signed two histories. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { array, assert as check, asyncProperty, boolean, constantFrom, nat, record, type Arbitrary } from 'fast-check';
import { openNote, parseVkey } from '#common/tlog/note.ts';
import { contradiction, history, newLog, scratch, type History, type Signed } from './fixture.ts';
import { openWitness, type Witness } from './index.ts';

const SIZE = 12;
const signer = newLog('log.example/forked');
/** All signed by the log: it forks at the beginning, in the middle and near the end. */
const HISTORIES: readonly History[] = [
  history(signer, SIZE),
  ...[0, 3, 8, 11].map((from) => history(signer, SIZE, { from, name: `fork at ${from}` })),
];

interface Ask {
  readonly of: number;
  readonly old: number;
  readonly size: number;
  /** The proof is that of another history, or wrong. */
  readonly proof: 'right' | 'other' | 'none';
}

const size = nat({ max: SIZE });
const ask: Arbitrary<Ask> = record({
  of: nat({ max: HISTORIES.length - 1 }),
  old: size,
  size,
  proof: constantFrom('right', 'right', 'right', 'other', 'none'),
});
/** Asked at once, then, perhaps, a restart. `retry`: a conflict is followed by a second try from the size that it names. */
const step = record({
  asks: array(ask, { minLength: 1, maxLength: 3 }),
  restart: boolean(),
  retry: boolean(),
});

function request({ of, old, size, proof }: Ask): Uint8Array {
  const { tree } = HISTORIES[(of + 1) % HISTORIES.length]!;
  const other = old > size ? [] : tree.consistencyProof(old, size);
  return HISTORIES[of]!.request(old, size, proof === 'right' ? {} : { proof: proof === 'other' ? other : [] });
}

it('never two histories', async () => {
  let cosigned = 0;
  await check(
    asyncProperty(array(step, { maxLength: 12 }), async (steps) => {
      const { dir, remove } = scratch();
      const open = (): Promise<Witness> => openWitness({ dir: join(dir, 'witness'), logs: [HISTORIES[0]!.vkey] });
      let witness = await open();
      const key = parseVkey(witness.vkey);
      const signed: Signed[] = [];
      const put = async (asked: Ask, retry: boolean): Promise<void> => {
        const { status, body } = await witness.add(request(asked));
        if (status === 409 && retry) return put({ ...asked, old: Number(body) }, false);
        if (status !== 200) return;
        const of = HISTORIES[asked.of]!;
        openNote(of.note(asked.size) + body, [key]);
        signed.push({ size: asked.size, of });
      };
      try {
        for (const { asks, restart, retry } of steps) {
          await Promise.all(asks.map((asked) => put(asked, retry)));
          if (!restart) continue;
          await witness.close();
          witness = await open();
        }
        // Whichever history it follows by now, to its end: at least one of them goes on.
        for (const of of HISTORIES.keys()) await put({ of, old: SIZE, size: SIZE, proof: 'right' }, true);
        assert.equal(contradiction(signed), null);
        cosigned += signed.length;
      } finally {
        await witness.close();
        remove();
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(cosigned >= 60, `only ${cosigned} cosignatures: the property would hold of a witness that never signs`);
});

it('the property would notice a witness that forgets, forks or rolls back', () => {
  const [log, fork] = [HISTORIES[0]!, HISTORIES[2]!];
  assert.equal(
    contradiction([
      { size: 2, of: log },
      { size: 2, of: fork },
      { size: 9, of: fork },
    ]),
    null,
  );
  assert.notEqual(
    contradiction([
      { size: 9, of: log },
      { size: 9, of: fork },
    ]),
    null,
  );
  assert.notEqual(
    contradiction([
      { size: 5, of: log },
      { size: 9, of: fork },
    ]),
    null,
  );
  assert.notEqual(
    contradiction([
      { size: 5, of: log },
      { size: 2, of: log },
    ]),
    null,
  );
});
