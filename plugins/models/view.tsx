import { history } from './views/history.ts';
import { importance } from './views/importance.ts';

/** Drawings of what `models.train` gives, used in view cells as `models.history(fit)`. */
export const views = { history, importance };
