/** What the frame gives every drawing, and what an author may ask for. */
export interface ViewOptions {
  readonly width: number;
  readonly dark: boolean;
  readonly document: Document;
  /** Which output, by number or name, for a model with several. Default: the last of two, the first of more. */
  readonly output?: number | string;
  /** Row of the pictures of one row, until another is chosen on the page. Default 0. */
  readonly row?: number;
  /** Feature of the dependence plot. Default: the one with the largest mean |SHAP|. */
  readonly feature?: string;
  /** Feature that colours the dependence plot; `null` for none. Default: the one whose value explains most of the spread. */
  readonly color?: string | null;
  /** Rows of the heatmap: those alike side by side (the default), by prediction, or as they came. */
  readonly order?: 'similarity' | 'output' | 'rows';
  /** What the two explanations of a comparison are called. Default `A` and `B`. */
  readonly labels?: readonly [string, string];
  /** What a prediction is measured against where it might cross it. Default: the average. */
  readonly threshold?: number;
  /** How many features are shown before the rest becomes one. Default 10. */
  readonly top?: number;
}
