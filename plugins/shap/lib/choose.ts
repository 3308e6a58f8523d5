import { AssayError } from '#common/errors.ts';
import { featuresOf, type Known, type Opaque } from '#common/onnx/known.ts';
import { affine } from '#common/onnx/link.ts';
import { MOST_EVALUATIONS, MOST_FEATURES } from './enumerate.ts';
import { MOST_REGRESSED } from './sampling/planner.ts';

/** Methods that ask the model for a sample of coalitions. */
const SAMPLERS = ['kernel', 'permutation', 'proxy', 'partition'] as const;
export type Sampler = (typeof SAMPLERS)[number];
export type ByScores = 'tree-path-dependent' | 'tree-interventional' | 'linear';
export type Method = ByScores | 'exact' | Sampler;
export type Space = 'output' | 'margin';

export interface Choice {
  readonly method: Method;
  readonly space: Space;
  /** Where path-dependent SHAP gets its covers from. */
  readonly covers: 'model' | 'background' | null;
  /** What was decided for the caller, in a sentence each. */
  readonly notes: readonly string[];
}

export interface Wish {
  readonly method: Method | 'auto';
  readonly space: Space | undefined;
  readonly background: boolean;
  /** Columns of the data, for models whose width the file doesn't say. */
  readonly features: number;
  /** Rows × background rows. */
  readonly pairs: number;
  readonly budget: number | undefined;
  readonly groups: boolean;
  /** Whether auto may estimate. */
  readonly estimates: boolean;
}

export const isSampler = (method: Method | 'auto'): method is Sampler =>
  (SAMPLERS as readonly string[]).includes(method);

/**
 * Picks a method. `auto` estimates only where no exact method fits, and a note says so; an exact method that was asked for by name is never exchanged for
 * an estimate: it is refused with what fits.
 *
 * `auto` takes tree-interventional when there is a background and tree-path-dependent otherwise; linear for linear models; enumeration for
 * everything else, and wherever a link stands between the scores that trees add up and the outputs that were asked for; a sample where
 * enumeration would take too many coalitions or more than the budget; Owen values when there are groups.
 *
 * @throws SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING, INPUT_INVALID
 */
export function choose(known: Known | Opaque, wish: Wish): Choice {
  const named = wish.method === 'auto' && wish.groups ? 'partition' : wish.method;
  if (wish.groups !== (named === 'partition'))
    throw new AssayError(
      'INPUT_INVALID',
      wish.groups ? `${named} takes no groups: method "partition" does.` : 'Method "partition" needs groups.',
      { where: '/groups' },
    );
  if (isSampler(named)) return sampled(known, wish, named);
  if (known.kind === 'other') return opaque(known, wish);
  const straight = affine(known.link) !== null;
  const own = known.kind === 'linear' ? 'linear' : 'tree';
  if (wish.method === 'exact') return exact(known, wish, wish.space ?? 'output');
  if (wish.method !== 'auto' && !wish.method.startsWith(own))
    throw new AssayError(
      'SHAP_INEXACT',
      `The model is ${own === 'linear' ? 'linear' : 'a tree ensemble'}; ${wish.method} is for others.`,
    );
  if (wish.space === 'output' && !straight) {
    if (wish.method === 'auto') return exact(known, wish, 'output');
    throw new AssayError(
      'SHAP_INEXACT',
      `${wish.method} explains the margin: the outputs pass through ${known.link.name}, after which the trees no longer add up. Use space "margin", or method "exact" (up to ${MOST_FEATURES} features).`,
    );
  }
  const space = wish.space ?? (straight ? 'output' : 'margin');
  const notes =
    wish.space === undefined && !straight
      ? [`Explains the margin, before ${known.link.name}: that is what adds up exactly.`]
      : [];
  if (known.kind === 'linear')
    return { method: 'linear', space, covers: null, notes: [...needBackground(wish, 'linear'), ...notes] };
  const method =
    wish.method === 'auto' ? (wish.background ? 'tree-interventional' : 'tree-path-dependent') : wish.method;
  if (method === 'tree-interventional')
    return { method, space, covers: null, notes: [...needBackground(wish, method), ...notes] };
  if (known.ensemble.covers) {
    const unused = wish.background ? ['The background is not used: the model carries its own covers.'] : [];
    return { method: 'tree-path-dependent', space, covers: 'model', notes: [...notes, ...unused] };
  }
  if (!wish.background)
    throw new AssayError(
      'COVERS_MISSING',
      'The model has no covers: its nodes_hitrates are absent or no counts of training rows. Give a background: auto then explains against it, and tree-path-dependent counts the covers on it.',
    );
  return {
    method: 'tree-path-dependent',
    space,
    covers: 'background',
    notes: [
      ...notes,
      'Covers are counted on the background: the model’s nodes_hitrates are no counts of training rows.',
    ],
  };
}

function opaque(known: Opaque, wish: Wish): Choice {
  const { reason, margin } = known;
  if (wish.method !== 'auto' && wish.method !== 'exact')
    throw new AssayError(
      'SHAP_INEXACT',
      `${wish.method} does not fit this model: ${reason}. Use "exact" (up to ${MOST_FEATURES} features), "kernel" or "permutation".`,
    );
  if (wish.space === 'margin' && margin === undefined) throw marginUnknown(known);
  return enumeration(
    wish,
    wish.space ?? 'output',
    wish.method === 'auto' ? [`Enumerates all coalitions: ${reason}.`] : [],
  );
}

function exact(known: Known, wish: Wish, space: Space): Choice {
  if (space === 'margin' && known.link.name === 'unknown')
    return enumeration({ ...wish, features: featuresOf(known) }, 'margin', []);
  const notes =
    wish.method === 'auto' ? [`Enumerates all coalitions: the outputs pass through ${known.link.name}.`] : [];
  return enumeration({ ...wish, features: featuresOf(known) }, space, notes);
}

function enumeration(wish: Wish, space: Space, notes: readonly string[]): Choice {
  const { method, features, pairs, budget = MOST_EVALUATIONS } = wish;
  const evaluations = pairs * 2 ** features;
  if (
    method === 'auto' &&
    wish.estimates &&
    (features > MOST_FEATURES || evaluations > Math.min(budget, MOST_EVALUATIONS))
  )
    return estimated(wish, space);
  if (features > MOST_FEATURES)
    throw new AssayError(
      'SHAP_INEXACT',
      `Only enumeration is exact here, and it stops at ${MOST_FEATURES} features; the model has ${features}. "proxy", "kernel" and "permutation" estimate.`,
    );
  return { method: 'exact', space, covers: null, notes: [...needBackground(wish, 'exact'), ...notes] };
}

/** What auto falls back on. Of the samplers proxy is nearest at the same budget (bench/kernelshap.ts), while there is room for its matrices. */
function estimated(wish: Wish, space: Space): Choice {
  const { features, pairs } = wish;
  const method = features <= 512 ? 'proxy' : features <= MOST_REGRESSED ? 'kernel' : 'permutation';
  const all = pairs === 0 ? `2^${features}` : (pairs * 2 ** features).toPrecision(2);
  return {
    method,
    space,
    covers: null,
    notes: [
      ...needBackground(wish, method),
      `Estimated, by ${method}: no exact method fits, and all coalitions of ${features} features would take ${all} evaluations. Each value has its standard error.`,
    ],
  };
}

/** Methods that only ask the model take any, in either space that it has. */
function sampled(known: Known | Opaque, wish: Wish, method: Sampler): Choice {
  const space = wish.space ?? 'output';
  if (space === 'margin' && known.kind === 'other' && known.margin === undefined) throw marginUnknown(known);
  return { method, space, covers: null, notes: needBackground(wish, method) };
}

const marginUnknown = ({ reason }: Opaque): AssayError =>
  new AssayError('SHAP_INEXACT', `The margin of this model is not known: ${reason}. Use space "output".`);

function needBackground({ background }: Wish, method: Method): readonly string[] {
  if (!background)
    throw new AssayError(
      'BACKGROUND_MISSING',
      `${method} compares each row with a background, and none was given: pass the training data, or a part of it, as background.`,
    );
  return [];
}
