/** What the frame gives every drawing, and what an author may ask for. */
export interface ViewOptions {
  readonly width: number;
  readonly dark: boolean;
  readonly document: Document;
  /** Which output, by number or name, for a model with several. Default: the last of two, the first of more. */
  readonly output?: number | string;
  /** Row of the waterfall and force. Default 0. */
  readonly row?: number;
  /** Feature of the dependence plot. Default: the one with the largest mean |SHAP|. */
  readonly feature?: string;
  /** Feature that colours the dependence plot; `null` for none. Default: the one whose value explains most of the spread. */
  readonly color?: string | null;
  /** How many features are shown before the rest becomes one. Default 10. */
  readonly top?: number;
}
