/**
 * Whom a verifier trusts, as text: C2SP tlog-policy. A line that this reader doesn't know is an error, never a rule that goes unchecked.
 * Assay's own rules stand in comments, so that others can read the file too: `#assay max-age 7d` (seconds, or with m, h, d) `#assay org NAME` and
 * `#assay tsa-root <certificate, DER in base64>` for each time-stamping authority.
 */
import { AssayError } from '#common/errors.ts';
import { COSIGNATURE_KEY, NOTE_KEY, parseVkey, type Vkey } from '#common/tlog/note.ts';
import { fromBase64, toHex } from '#common/bytes.ts';
import { parseCertificate } from '#common/timestamp/x509.ts';
import type { Policy, Quorum } from '#common/verify/types.ts';

const MAX_LINES = 10_000;

/** Lines of logs alone need no quorum line. @throws POLICY_INVALID with the line in `where` */
export function parsePolicy(text: string): Policy {
  return read(text).policy();
}

/** A witness as a log knows it. */
export interface PolicyWitness {
  readonly name: string;
  readonly vkey: string;
  /** The “submission prefix” of C2SP tlog-witness. */
  readonly url: string | null;
}

export interface WitnessPolicy {
  readonly witnesses: readonly PolicyWitness[];
  /** null for `quorum none`. */
  readonly quorum: Quorum | null;
}

/** Whom a log asks for cosignatures, and how many it wants: the same file, where it needs to name no log. @throws POLICY_INVALID */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  return read(text).witnessPolicy();
}

function read(text: string): PolicyReader {
  const reader = new PolicyReader();
  const lines = text.split('\n');
  // oxlint-disable-next-line no-control-regex
  if (lines.length > MAX_LINES || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    throw invalid('It holds control characters, or is too long.');
  for (const [index, line] of lines.entries()) {
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== '');
    if (keyword === undefined || (keyword.startsWith('#') && keyword !== OWN)) continue;
    try {
      reader.line(keyword, words);
    } catch (error) {
      throw invalid((error as Error).message, `line ${index + 1}`);
    }
  }
  return reader;
}

const OWN = '#assay';
const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

class PolicyReader {
  private readonly logs: string[] = [];
  private readonly keys = new Set<string>();
  /** Witnesses and groups. */
  private readonly named = new Map<string, Quorum>();
  /** Names that are a member of some group already. */
  private readonly taken = new Set<string>();
  /** undefined before its line, null for `none`. */
  private quorum: Quorum | null | undefined;
  private readonly witnesses: PolicyWitness[] = [];
  private readonly own: { org?: string; maxAge?: number; authorities?: string[] } = {};

  line(keyword: string, words: readonly string[]): void {
    switch (keyword) {
      case 'log':
        return this.log(words);
      case 'witness':
        return this.witness(words);
      case 'group':
        return this.group(words);
      case 'quorum':
        return this.setQuorum(words);
      case OWN:
        return this.ownRule(words);
      default:
        throw new Error(`“${keyword}” is no line of a policy.`);
    }
  }

  policy(): Policy {
    this.checkQuorum();
    if (this.logs.length === 0) throw invalid('It names no log.');
    if (this.own.maxAge !== undefined && !this.quorum)
      throw invalid('It limits the age of a checkpoint, but asks for no witness who could tell it.');
    return { logs: this.logs, ...(this.quorum ? { quorum: this.quorum } : {}), ...this.own };
  }

  witnessPolicy(): WitnessPolicy {
    this.checkQuorum();
    return { witnesses: this.witnesses, quorum: this.quorum ?? null };
  }

  private checkQuorum(): void {
    if (this.quorum === undefined && this.named.size > 0)
      throw invalid('It defines witnesses, but has no quorum line to ask for them.');
  }

  private ownRule([rule, value, ...more]: readonly string[]): void {
    const [, count, unit] = /^([1-9][0-9]{0,9})([smhd]?)$/.exec(value ?? '') ?? [];
    if (rule === 'max-age' && count !== undefined && this.own.maxAge === undefined && more.length === 0)
      this.own.maxAge = Number(count) * SECONDS[unit!]!;
    else if (rule === 'org' && value !== undefined && this.own.org === undefined && more.length === 0)
      this.own.org = value;
    else if (rule === 'tsa-root' && value !== undefined && more.length === 0) this.authority(value);
    else
      throw new Error(
        'Assay’s own rules are: #assay max-age <number>[s|m|h|d], #assay org <name>, each once, #assay tsa-root <base64>',
      );
  }

  private authority(certificate: string): void {
    parseCertificate(fromBase64(certificate) ?? new Uint8Array());
    this.own.authorities = [...(this.own.authorities ?? []), certificate];
  }

  private log([vkey, , ...more]: readonly string[]): void {
    if (vkey === undefined || more.length > 0) throw new Error('A log line is: log <vkey> [<url>]');
    this.key(vkey, NOTE_KEY);
    this.logs.push(vkey);
  }

  private witness([name, vkey, url, ...more]: readonly string[]): void {
    if (name === undefined || vkey === undefined || more.length > 0)
      throw new Error('A witness line is: witness <name> <vkey> [<url>]');
    this.key(vkey, COSIGNATURE_KEY);
    this.define(name, vkey);
    this.witnesses.push({ name, vkey, url: url ?? null });
  }

  private group([name, rule, ...members]: readonly string[]): void {
    const atLeast =
      rule === 'all' ? members.length : rule === 'any' ? 1 : /^[1-9][0-9]*$/.test(rule ?? '') ? Number(rule) : 0;
    if (name === undefined || atLeast < 1 || atLeast > members.length)
      throw new Error('A group line is: group <name> all|any|<k> <name>…');
    const of = members.map((member) => {
      const known = this.named.get(member);
      if (known === undefined || this.taken.has(member))
        throw new Error(`“${member}” is not defined above, or is in a group already.`);
      this.taken.add(member);
      return known;
    });
    this.define(name, { atLeast, of });
  }

  private setQuorum([name, ...more]: readonly string[]): void {
    const quorum = name === 'none' ? null : this.named.get(name ?? '');
    if (quorum === undefined || more.length > 0 || this.quorum !== undefined)
      throw new Error('One quorum line names a witness or group above, or none.');
    this.quorum = quorum;
  }

  private define(name: string, quorum: Quorum): void {
    if (name === 'none' || this.named.has(name)) throw new Error(`“${name}” is taken.`);
    this.named.set(name, quorum);
  }

  private key(vkey: string, type: Vkey['type']): void {
    const key = parseVkey(vkey);
    const once = `${type} ${toHex(key.publicKey)}`;
    if (key.type !== type)
      throw new Error('This key is of the other kind: logs sign notes, witnesses sign cosignatures.');
    if (this.keys.has(once)) throw new Error('This key is there twice.');
    this.keys.add(once);
  }
}

/** Every witness that a quorum speaks of. @throws NOTE_INVALID for what is no key */
export function witnessesIn(quorum: Quorum | undefined): Vkey[] {
  if (quorum === undefined) return [];
  return typeof quorum === 'string' ? [parseVkey(quorum)] : quorum.of.flatMap(witnessesIn);
}

/** Whether those who signed are enough. `signed` tells of a witness's vkey whether its signature was verified. */
export function isMet(quorum: Quorum, signed: (vkey: string) => boolean): boolean {
  if (typeof quorum === 'string') return signed(quorum);
  return quorum.atLeast >= 1 && quorum.of.filter((member) => isMet(member, signed)).length >= quorum.atLeast;
}

function invalid(why: string, where?: string): AssayError {
  return new AssayError('POLICY_INVALID', why, where === undefined ? {} : { where });
}
