/** Opens an organisation's log: the place where receipts become evidence. */
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import type { Client } from 'pg';
import { fromHex, toHex } from '#common/bytes.ts';
import type { Digest } from '#common/data.ts';
import { signEnvelope } from '#common/signatures/dsse.ts';
import { AssayError } from '#common/errors.ts';
import { KEY_STREAM } from '#common/keys/keys.ts';
import { formatVkey, type Vkey } from '#common/tlog/note.ts';
import { formatMultiproof, rangesOf } from '#common/tlog/multiproof.ts';
import { formatProof, verifyCheckpoint } from '#common/tlog/proof.ts';
import { signAttached } from '#common/bundle/attached.ts';
import { signForTools } from '#common/signatures/for-tools.ts';
import { parseReceipt, type LoggedReceipt, type ReceiptDraft } from '#common/receipt/receipt.ts';
import type { Database, Store } from '../store/index.ts';
import { checkTags } from './check-tags.ts';
import { Cosigners } from './cosigners.ts';
import { fsck } from './fsck.ts';
import { HeadFile } from './heads.ts';
import { Keyring } from './keyring.ts';
import { TiledTree } from './prove.ts';
import { publicFiles } from './public.ts';
import { signerOf } from './recover.ts';
import { lockLog, type Head } from './rows.ts';
import type { InLog, Log, LogOptions } from './types.ts';
import { readPages, within } from './stretch.ts';
import { Writer } from './writer.ts';

export type { Log, LogOptions } from './types.ts';

const MAX_LIMIT = 1_000;
/** What was refused so is not in the log. */
const REFUSED: ReadonlySet<string> = new Set(['KEY_INVALID', 'RECEIPT_INVALID', 'LOG_KEY']);

/** @throws LOG_BUSY, LOG_FORKED, LOG_KEY, STORE_UNAVAILABLE */
export async function openLog({ store, home, org, witnesses, onWitnessFailure }: LogOptions): Promise<Log> {
  const connect = () => store.connect(org);
  const files = publicFiles(join(home, 'log', org));
  const heads = new HeadFile(join(home, 'log', `${org}.heads`));
  const client = await connect();
  try {
    await lockLog(client, org);
    const signer = await signerOf(client, home, org);
    const keyring = new Keyring(home, org, signer);
    const cosigners =
      witnesses === undefined
        ? null
        : new Cosigners(
            witnesses,
            (tile) => files.tile(tile),
            (vkey, error) => onWitnessFailure?.(vkey, error),
          );
    const onPublished = (head: Head): void => cosigners?.offer(head);
    const writer = await Writer.open({ org, signer, keyring, files, heads, connect, onPublished }, client);
    const vkey = formatVkey(signer);
    const ask = async <T>(question: (client: Client) => Promise<T>): Promise<T> => {
      const own = await connect();
      return question(own).finally(() => own.end());
    };
    const find = (id: Digest): Promise<LoggedReceipt | undefined> => findReceipt(store, org, id);
    const tiled = (size: number): TiledTree => new TiledTree(size, (tile) => files.tile(tile));
    const stream = (name: string): Promise<LoggedReceipt[]> =>
      rows(store, org, (db) =>
        db
          .selectFrom('receipts')
          .select(['id', 'index', 'body'])
          .where('org', '=', org)
          .where('stream', '=', name)
          .orderBy('seq')
          .execute(),
      );
    return {
      org,
      origin: signer.name,
      vkey,
      dir: files.dir,
      async append(draft) {
        if (isAboutKeys(draft))
          throw new AssayError('RECEIPT_INVALID', 'What is said about keys, the log says itself.', { where: 'kind' });
        return writer.append(draft);
      },
      async proof(id) {
        const receipt = await find(id);
        if (receipt === undefined) throw new AssayError('NOT_FOUND', `The log has no receipt ${id}.`);
        const { size, note } = await writer.head(receipt.index + 1);
        return proofOf(receipt, tiled(size), note);
      },
      async proofs(receipts, under) {
        const { size, note } = headOf(under, signer);
        const tree = tiled(size);
        const proofs = new Map<Digest, string>();
        for (const receipt of receipts) proofs.set(receipt.id, await proofOf(receipt, tree, note));
        return proofs;
      },
      async multiproof(indices, under) {
        const { size, note } = headOf(under, signer);
        const ranges = rangesOf(indices);
        return formatMultiproof({ ranges, hashes: await tiled(size).hashesBetween(ranges), checkpoint: note });
      },
      async dsse(id) {
        const receipt = await find(id);
        if (receipt === undefined) throw new AssayError('NOT_FOUND', `The log has no receipt ${id}.`);
        return signEnvelope(receipt.body, keyring.secret(parseReceipt(receipt.body).predicate.signer));
      },
      checkpoint: async () => cosigners?.latest?.note ?? (await writer.head(0)).note,
      async cosigned(size, patience) {
        const head = await writer.head(size);
        if (cosigners === null) return { note: head.note, witnesses: null };
        const found = await cosigners.over(size, patience);
        const { signed = 0, of = witnesses?.witnesses.length ?? 0, reached = false } = found ?? {};
        return { note: found?.note ?? head.note, witnesses: { signed, of, reached } };
      },
      get: find,
      stretch: {
        within: (from, to, size) => ask((client) => within(client, org, { from, to }, size)),
        read: (start, stop) => readPages(connect, org, start, stop),
        peaks: async (size) => tiled((await writer.head(size)).size).peaks(size),
        async consistency(size, checkpoint) {
          return tiled(headOf(checkpoint, signer).size).consistencyProof(size);
        },
      },
      receipts: ({ stream, kind, limit = 100, before } = {}) =>
        rows(store, org, (db) => {
          let query = db.selectFrom('receipts').select(['id', 'index', 'body']).where('org', '=', org);
          if (stream !== undefined) query = query.where('stream', '=', stream);
          if (kind !== undefined) query = query.where('kind', '=', kind);
          if (before !== undefined) query = query.where('index', '<', before);
          return query.orderBy('index', 'desc').limit(Math.min(limit, MAX_LIMIT)).execute();
        }),
      async signForTools(id, manifest) {
        const seal = await find(id);
        if (seal === undefined) throw new AssayError('NOT_FOUND', `The log has no receipt ${id}.`);
        return signForTools(seal, manifest, signer);
      },
      async signAttached(id, attached) {
        if ((await find(id)) === undefined) throw new AssayError('NOT_FOUND', `The log has no receipt ${id}.`);
        return signAttached(id, attached, signer);
      },
      stream,
      keys: () => keyring.history,
      tagging: () => keyring.tagger !== null && keyring.tagger.failure === undefined,
      holds: () => ({ sealer: keyring.held, tagEpoch: keyring.tagger?.epoch ?? null }),
      keyReceipts: async (size) => (await stream(KEY_STREAM)).filter(({ index }) => index < size),
      async changeKeys(order) {
        const { change, done } = await keyring.prepare(order, (await writer.settled()).size);
        let known = false;
        try {
          const receipt = await writer.appendChange(change);
          known = true;
          return receipt;
        } catch (error) {
          known = error instanceof AssayError && REFUSED.has(error.code);
          throw error;
        } finally {
          await done(known);
        }
      },
      async checkTags(master) {
        const { size } = await writer.settled();
        const checking = await connect();
        return checkTags(checking, org, signer, size, master).finally(() => checking.end());
      },
      async fsck() {
        await writer.settled();
        return fsck({ connect, org, vkey: signer, files, remembered: await heads.last() });
      },
      async close() {
        await cosigners?.close();
        await writer.close();
      },
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function proofOf({ id, index }: InLog, tree: TiledTree, checkpoint: string): Promise<string> {
  if (index >= tree.size) throw new AssayError('NOT_FOUND', `The checkpoint does not cover receipt ${id}.`);
  return formatProof({ index: BigInt(index), hashes: await tree.inclusionProof(index), checkpoint });
}

/** By kind or by stream: neither can be taken by others. */
function isAboutKeys(draft: Partial<ReceiptDraft> | null): boolean {
  return typeof draft === 'object' && draft !== null && (draft.kind === 'key' || draft.stream === KEY_STREAM);
}

async function findReceipt(store: Store, org: string, id: Digest): Promise<LoggedReceipt | undefined> {
  const bytes = fromHex(id);
  if (bytes?.length !== 32) return undefined;
  const found = await rows(store, org, (db) =>
    db
      .selectFrom('receipts')
      .select(['id', 'index', 'body'])
      .where('org', '=', org)
      // The index holds the first eight bytes.
      .where(sql<Uint8Array>`substring(id, 1, 8)`, '=', Buffer.from(bytes.subarray(0, 8)))
      .where('id', '=', Buffer.from(bytes))
      .execute(),
  );
  return found[0];
}

type StoredReceipt = Pick<Database['receipts'], 'id' | 'index' | 'body'>;

async function rows(
  store: Store,
  org: string,
  query: (db: Kysely<Database>) => Promise<StoredReceipt[]>,
): Promise<LoggedReceipt[]> {
  const found = store.org === org ? await query(store.sql) : await store.withOrg(org, query);
  return found.map(({ id, index, body }) => ({ id: toHex(id), index, body }));
}

function headOf(note: string, key: Vkey): { readonly size: number; readonly note: string } {
  return { size: Number(verifyCheckpoint(note, [key]).size), note };
}
