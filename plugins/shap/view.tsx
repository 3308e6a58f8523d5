import { bar } from './views/bar.ts';
import { beeswarm } from './views/beeswarm.ts';
import { change } from './views/change.ts';
import { compare } from './views/compare.ts';
import { decision } from './views/decision.ts';
import { dependence } from './views/dependence.ts';
import { force } from './views/force.ts';
import { heatmap } from './views/heatmap.ts';
import { pairs } from './views/pairs.ts';
import { picture } from './views/picture.ts';
import { text } from './views/text.ts';
import { waterfall } from './views/waterfall.ts';

/** Drawings of an explanation, used in view cells as `shap.beeswarm(explanation)`; `shap.compare` takes two. */
export const views = {
  bar: picture(bar, 'none'),
  beeswarm: picture(beeswarm, 'rows'),
  change: picture(change, 'row'),
  compare,
  decision: picture(decision, 'rows'),
  dependence: picture(dependence, 'rows'),
  force: picture(force, 'row'),
  heatmap: picture(heatmap, 'rows'),
  pairs: picture(pairs, 'none'),
  text: picture(text, 'row'),
  waterfall: picture(waterfall, 'row'),
};
