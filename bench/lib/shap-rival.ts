/** shap's C++, or the published algorithm in TypeScript where it is missing, one row after the other on one core. */
import type { Ensemble } from '../../kernel/common/onnx/trees.ts';
import { classicByBackground, classicByCovers, classicInteractions } from './classic-treeshap.ts';
import { compileShap, type Mode, type RivalRun } from './shap-cpp.ts';
import { cpu } from './taken.ts';

/** Milliseconds after which no more rows are tried. */
const MOST = 1000;

type Tried = Exclude<Mode, 'scores'>;

export interface ShapRival {
  readonly name: string;
  /** Why it isn't shap's own C++. */
  readonly missing: string | null;
  explain(mode: Tried, ensemble: Ensemble, x: Float64Array, background: Float64Array): Omit<RivalRun, 'base'>;
}

export function shapRival(): ShapRival {
  const shap = compileShap();
  if (typeof shap !== 'string')
    return {
      name: 'shap’s C++',
      missing: null,
      explain: (mode, ensemble, x, background) => shap.explain(mode, ensemble, x, background, MOST),
    };
  return {
    name: 'published, in TypeScript',
    missing: `${shap} The published algorithm in TypeScript takes its place.`,
    explain(mode, ensemble, x, background) {
      // It knows one score and no missing values.
      if (ensemble.scores > 1 || x.some(Number.isNaN)) return { rows: 1, ms: Number.NaN, values: new Float64Array() };
      const most = x.length / ensemble.features;
      for (let rows = 1; ; rows = Math.min(most, rows * 4)) {
        let values: Float64Array = new Float64Array();
        const ms = cpu(() => {
          values =
            mode === 'background'
              ? classicByBackground(ensemble, x, rows, background)
              : (mode === 'covers' ? classicByCovers : classicInteractions)(ensemble, x, rows);
        });
        if (ms > MOST / 4 || rows === most) return { rows, ms, values };
      }
    },
  };
}
