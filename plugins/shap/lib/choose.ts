import { AssayError } from '#common/errors.ts';
import { featuresOf, type Known, type Opaque } from '#common/onnx/known.ts';
import { affine } from '#common/onnx/link.ts';
import { MOST_FEATURES } from './enumerate.ts';

export type Method = 'tree-path-dependent' | 'tree-interventional' | 'linear' | 'exact';
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
}

/**
 * Picks an exact method. Nothing is ever approximated: what no method here can do exactly is refused with what can.
 *
 * `auto` takes tree-interventional when there is a background and tree-path-dependent otherwise; linear for linear models; enumeration for
 * everything else, and wherever a link stands between the scores that trees add up and the outputs that were asked for.
 *
 * @throws SHAP_INEXACT, BACKGROUND_MISSING, COVERS_MISSING
 */
export function choose(known: Known | Opaque, wish: Wish): Choice {
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

function opaque({ reason, margin }: Opaque, wish: Wish): Choice {
  if (wish.method !== 'auto' && wish.method !== 'exact')
    throw new AssayError(
      'SHAP_INEXACT',
      `${wish.method} does not fit this model: ${reason}. Use "exact" (up to ${MOST_FEATURES} features).`,
    );
  if (wish.space === 'margin' && margin === undefined)
    throw new AssayError('SHAP_INEXACT', `The margin of this model is not known: ${reason}. Use space "output".`);
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
  if (wish.features > MOST_FEATURES)
    throw new AssayError(
      'SHAP_INEXACT',
      `Only enumeration is exact here, and it stops at ${MOST_FEATURES} features; the model has ${wish.features}. ${wish.method === 'auto' && space === 'output' && wish.space === 'output' ? 'Space "margin" may be exact.' : ''}`.trim(),
    );
  return { method: 'exact', space, covers: null, notes: [...needBackground(wish, 'exact'), ...notes] };
}

function needBackground({ background }: Wish, method: Method): readonly string[] {
  if (!background)
    throw new AssayError(
      'BACKGROUND_MISSING',
      `${method} compares each row with a background, and none was given: pass the training data, or a part of it, as background.`,
    );
  return [];
}
