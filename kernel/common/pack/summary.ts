/** What a period's receipts amount to, for people: gathered receipt by receipt, the same by the one who packs and the one who verifies. */
import { keyWords } from '#common/keys/words.ts';
import { PACK_PATHS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { Incidents, type Incident } from './incidents.ts';
import type { PackPeriod, Place } from './period.ts';
import { Runs, type RunFacts } from './runs.ts';
import type { Kind, Statement } from '#common/receipt/types.ts';
import { holdToGates } from '#common/verify/lineage.ts';
import type { Receipt } from '#common/verify/receipts.ts';

export interface Decision extends Place {
  readonly kind: Kind;
  /** `validation gate`, `approval` … */
  readonly what: string;
  /** Of a gate; null of all else. */
  readonly passed: boolean | null;
  readonly by: string;
}

export interface Counted {
  readonly name: string;
  readonly about: string;
  readonly digest: Digest | null;
  readonly times: number;
}

export interface PackSummary {
  /** In the period. */
  readonly receipts: number;
  readonly kinds: ReadonlyMap<Kind, number>;
  readonly runs: readonly RunFacts[];
  readonly incidents: readonly Incident[];
  readonly decisions: readonly Decision[];
  readonly decisionCount: number;
  readonly gatesPassed: number;
  readonly gatesStopped: number;
  readonly datasets: readonly Counted[];
  readonly models: readonly Counted[];
  readonly methods: readonly Counted[];
  readonly plugins: readonly Counted[];
  readonly environments: readonly Counted[];
  readonly reproductions: number;
  /** Receipts in the stretch that claim a time outside of the period. */
  readonly strayTimes: number;
  /** The neighbours and the ends of the stretch. */
  readonly edges: {
    readonly before: Place | null;
    readonly first: Place | null;
    readonly last: Place | null;
    readonly after: Place | null;
  };
  readonly skipped: readonly string[];
  readonly gates: number;
  readonly unjudged: number;
  readonly miscounted: readonly string[];
}

/** Kept for the page; beyond that they are counted. */
const MOST_DECISIONS = 500;
const DECISIONS: ReadonlySet<Kind> = new Set<Kind>(['gate', 'decision', 'approval', 'hold', 'key', 'stimulation']);
/** What gates are about. */
const LOOKED_AT: ReadonlySet<Kind> = new Set<Kind>(['gate', 'dataset', 'model']);

export class SummaryBuilder {
  private readonly period: PackPeriod;
  private readonly looked = new Map<Digest, Receipt>();
  private readonly runs = new Runs();
  private readonly incidents = new Incidents();
  private readonly kinds = new Map<Kind, number>();
  private readonly counted = { datasets: new Tally(), models: new Tally(), methods: new Tally(), plugins: new Tally(), environments: new Tally() }; // prettier-ignore
  private readonly decisions: Decision[] = [];
  private decisionCount = 0;
  private gatesPassed = 0;
  private gatesStopped = 0;
  private reproductions = 0;
  private strayTimes = 0;
  private gates = 0;
  private unjudged = 0;
  private readonly skipped: string[] = [];
  private edges: { -readonly [K in keyof PackSummary['edges']]: Place | null } = {
    before: null,
    first: null,
    last: null,
    after: null,
  };

  /** `ancestors`: what receipts of the stretch follow from, where it stands before. */
  constructor(period: PackPeriod, ancestors: readonly Receipt[]) {
    this.period = period;
    for (const receipt of ancestors) if (LOOKED_AT.has(receipt.predicate.kind)) this.looked.set(receipt.id, receipt);
  }

  /** The next receipt of receipts/log.jsonl. */
  add(index: number, id: Digest, statement: Statement): void {
    const { first, end, from, to } = this.period;
    const { predicate, subject } = statement;
    const { kind, time } = predicate;
    const place: Place = { index, id, time };
    const receipt: Receipt = { ...statement, id, path: `${PACK_PATHS.receipts}, number ${index}` };
    if (LOOKED_AT.has(kind)) this.looked.set(id, receipt);
    if (index < first) this.edges.before = place;
    if (index >= end) this.edges.after = place;
    if (index < first || index >= end) return;
    this.edges.first ??= place;
    this.edges.last = place;
    if (time < from || time >= to) this.strayTimes++;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    const held = holdToGates(receipt, (parent) => this.looked.get(parent));
    this.gates += held.gates;
    this.unjudged += held.unjudged;
    if (held.skipped !== null) {
      if (this.skipped.length < MOST_DECISIONS) this.skipped.push(held.skipped);
      this.incidents.add(place, 'skipped gate', held.skipped);
    }
    this.runs.add(place, predicate, subject);
    this.incidents.read(place, predicate);
    if (kind === 'reproduce') this.reproductions++;
    if (DECISIONS.has(kind)) this.decide(place, statement);
    this.count(statement);
  }

  private decide(place: Place, { subject, predicate: { kind, method, result } }: Statement): void {
    const { gate, passed } = Object(result) as { readonly gate?: unknown; readonly passed?: unknown };
    this.decisionCount++;
    if (kind === 'gate' && passed === true) this.gatesPassed++;
    if (kind === 'gate' && passed !== true) this.gatesStopped++;
    if (this.decisions.length >= MOST_DECISIONS) return;
    const whatOf = (): string => {
      if (kind === 'key') return keyWords(result);
      return kind === 'gate' && typeof gate === 'string' ? `${gate} gate` : (subject[0]?.name ?? kind);
    };
    this.decisions.push({
      ...place,
      kind,
      what: whatOf(),
      passed: kind === 'gate' ? passed === true : null,
      by: method ?? '',
    });
  }

  private count({ subject, predicate }: Statement): void {
    const { kind, method, plugin, materials, env } = predicate;
    const { datasets, models, methods, plugins, environments } = this.counted;
    if (kind === 'dataset')
      for (const { name, digest } of materials.slice(0, 4)) datasets.add(name, method ?? '', digest);
    if (kind === 'model') {
      const made =
        subject.find(({ name }) => name === 'model') ?? subject.find(({ name }) => name !== 'result') ?? subject[0];
      if (made !== undefined) models.add(made.name, method ?? '', made.digest.sha256);
    }
    if (method !== null) methods.add(method, kind, null);
    if (plugin !== null) plugins.add(plugin.name, plugin.version, plugin.digest);
    if (env['assay'] !== undefined || env['node'] !== undefined)
      environments.add(`Assay ${said(env['assay'])}, Node ${said(env['node'])}`, said(env['platform']), null);
  }

  end(): PackSummary {
    const runs = this.runs.end();
    for (const run of runs) this.incidents.run(run);
    const { datasets, models, methods, plugins, environments } = this.counted;
    return {
      receipts: this.period.end - this.period.first,
      kinds: this.kinds,
      runs,
      incidents: this.incidents.end(),
      decisions: this.decisions,
      decisionCount: this.decisionCount,
      gatesPassed: this.gatesPassed,
      gatesStopped: this.gatesStopped,
      datasets: datasets.end(),
      models: models.end(),
      methods: methods.end(),
      plugins: plugins.end(),
      environments: environments.end(),
      reproductions: this.reproductions,
      strayTimes: this.strayTimes,
      edges: this.edges,
      skipped: this.skipped,
      gates: this.gates,
      unjudged: this.unjudged,
      miscounted: this.runs.miscounted,
    };
  }
}

const said = (value: unknown): string => (value === undefined || value === null ? 'unknown' : String(value));

/** How often each thing comes, the most frequent first. */
class Tally {
  private readonly found = new Map<string, Counted>();

  add(name: string, about: string, digest: Digest | null): void {
    const key = JSON.stringify([name, about, digest]);
    const times = (this.found.get(key)?.times ?? 0) + 1;
    this.found.set(key, { name, about, digest, times });
  }

  end(): Counted[] {
    return [...this.found]
      .toSorted(([a, { times: most }], [b, { times: more }]) => more - most || (a < b ? -1 : 1))
      .map(([, counted]) => counted);
  }
}
