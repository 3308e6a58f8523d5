/** One witness, seen from the log: C2SP tlog-witness `add-checkpoint`. It remembers how large a tree the witness has seen. */
import { AssayError } from '#common/errors.ts';
import { linesBy, parseVkey, type Vkey } from '#common/tlog/note.ts';
import { toBase64 } from '#common/bytes.ts';
import type { PolicyWitness } from '#common/policy/policy.ts';
import { TiledTree, type ReadTile } from './prove.ts';
import type { Head } from './rows.ts';

const PATIENCE = 5_000;
const LARGEST_ANSWER = 64 << 10;

export class WitnessClient {
  readonly key: Vkey;
  readonly vkey: string;
  private readonly url: string;
  private readonly read: ReadTile;
  /** “If a client doesn't have information on the latest cosigned checkpoint, it MAY initially make a request with a old size of zero” */
  private seen = 0;

  /** @throws POLICY_INVALID for a witness that nobody can ask */
  constructor({ name, vkey, url }: PolicyWitness, read: ReadTile) {
    if (url === null || !/^https?:\/\//.test(url))
      throw new AssayError('POLICY_INVALID', `The witness “${name}” has no URL to ask it at.`);
    this.key = parseVkey(vkey);
    this.vkey = vkey;
    this.url = `${url.replace(/\/$/, '')}/add-checkpoint`;
    this.read = read;
  }

  /** The witness's cosignature lines, verified. @throws WITNESS_REFUSED, and what `fetch` says of a witness that can't be reached */
  async cosign(head: Head, signal: AbortSignal): Promise<string> {
    for (let again = 0; ; again++) {
      const { status, type, body } = await this.ask(head, signal);
      if (status === 200) {
        const lines = linesBy(head.note + body, [this.key]);
        this.seen = head.size;
        return lines;
      }
      const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(body)?.[1];
      if (status !== 409 || type !== 'text/x.tlog.size' || size === undefined) throw refused(`answers ${status}`);
      const known = Number(size);
      // It has seen more of this log than the log knows of: somebody put the log back.
      if (known > head.size) throw refused(`has seen ${known} receipts, the log has ${head.size}`, true);
      if (known === this.seen) throw refused(`has seen another history of ${known} receipts`, true);
      if (again > 2) throw refused('keeps naming other sizes');
      this.seen = known;
    }
  }

  private async ask(
    { size, note }: Head,
    signal: AbortSignal,
  ): Promise<{ status: number; type: string; body: string }> {
    const proof = await new TiledTree(size, this.read).consistencyProof(this.seen);
    const lines = proof.map((hash) => `${toBase64(hash)}\n`).join('');
    const reply = await fetch(this.url, {
      method: 'POST',
      body: `old ${this.seen}\n${lines}\n${note}`,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    return { status: reply.status, type: reply.headers.get('content-type') ?? '', body: await textOf(reply) };
  }
}

function refused(why: string, forked = false): AssayError {
  return new AssayError('WITNESS_REFUSED', `A witness ${why}.`, { details: { forked } });
}

async function textOf(reply: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body ?? []) {
    length += chunk.length;
    if (length > LARGEST_ANSWER) throw refused('answers at too great a length');
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
