import { bar } from './views/bar.ts';
import { beeswarm } from './views/beeswarm.ts';
import { dependence } from './views/dependence.ts';
import { force } from './views/force.ts';
import { pairs } from './views/pairs.ts';
import { waterfall } from './views/waterfall.ts';

/** Drawings of an explanation, used in view cells as `shap.beeswarm(explanation)`. */
export const views = { bar, beeswarm, dependence, force, pairs, waterfall };
