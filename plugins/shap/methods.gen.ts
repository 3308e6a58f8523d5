// From plugin.json, by `npx assay plugin-types shap`: change that, not this.
import type { Digest, TableData, Tensor } from '#common/data.ts';
import type { MethodContext } from '#common/plugin.ts';

export interface ExplainInput {
  /** An ONNX model, by digest or path. */
  readonly model: Digest;
  /** Rows to explain. null is a missing value. */
  readonly data: TableData;
  /** Rows that stand for a feature not being known: the training data or a part of it. All of them are used. */
  readonly background?: TableData;
  /** auto: trees by their covers, or against the background when one is given; linear models in closed form; anything else by enumerating all coalitions (exact, up to 16 features), and beyond that an estimate. proxy, kernel and permutation estimate, for any model of any width. partition gives Owen values of groups. */
  readonly method: "auto" | "tree-path-dependent" | "tree-interventional" | "linear" | "exact" | "kernel" | "permutation" | "proxy" | "partition";
  /** What is explained: what the model puts out (a probability), or the margin before its link (log-odds). Unless given: the output where it adds up exactly, else the margin, and meta.notes says so. Two classes that share one score have one margin: the second class’s. */
  readonly space?: "output" | "margin";
  /** One output by number, for models with several; all unless given. Of two classes 1 is the second, also where they share one margin. */
  readonly output?: number;
  /** Most evaluations of the model (coalitions × background rows, for all rows together) that an estimate may take. Unless given: 2 × features + 2,048 coalitions a row. */
  readonly budget?: number;
  /** An estimate of a row stops when the standard error of each of its values is at most this, in the unit of the values, or when the budget is spent. */
  readonly targetSE?: number;
  /** For Owen values: names of groups, each with the list of its features or with groups within it. Features that are named nowhere stand alone. */
  readonly groups?: Readonly<Record<string, readonly string[] | Readonly<Record<string, unknown>>>>;
  /** Of an estimate's sample: the same seed, the same values. The call's own seed unless given. Has no effect on exact methods. */
  readonly seed?: number;
}

export interface ExplainOutput {
  /** [rows, features], or [rows, features, outputs] for several outputs, in the unit of the output or margin. */
  readonly values: Tensor;
  /** Of each value, where values are estimates; of the same shape. 0 where nothing was left to chance. */
  readonly standardErrors?: Tensor;
  /** What the values start from: the mean over the background or the covers. A number, or one for each output. */
  readonly base: number | readonly number[];
  /** The model's features of the explained rows, as given. */
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: {
    readonly method: "tree-path-dependent" | "tree-interventional" | "linear" | "exact" | "kernel" | "permutation" | "proxy" | "partition";
    /** Whether values are exact. false: estimates, with standardErrors. */
    readonly exact: boolean;
    /** Rows that the model was asked for. */
    readonly evaluations: number;
    /** Largest gap between base + values and the model's output in float64. More than 1e-9 of what is added is an error. */
    readonly additivityError: number;
    readonly backgroundRowsUsed: number;
    readonly modelDigest: string;
    /** What evaluated the model: Assay in float64, or the runtime. */
    readonly engine: "float64" | "onnxruntime";
    /** How the values were found. Those that are exact differ in their last bits. */
    readonly algorithm: "tables" | "paths" | "quadrature" | "pairs" | "patterns" | "tables, paths" | "tables, quadrature" | "tables, pairs" | "tables, patterns" | "pairs, patterns" | "tables, pairs, patterns" | "paths, quadrature" | "tables, paths, quadrature" | "closed form" | "enumeration" | "paired leverage sampling" | "paired leverage sampling, Gaussian process" | "antithetic permutations" | "coalitions of groups";
    readonly space: "output" | "margin";
    /** What stands between margin and output; null when the model can only be asked. */
    readonly link: string | null;
    /** A power of ten that no difference between the float64 evaluation and onnxruntime, which adds in float32, exceeds. Null when only one of them was asked. */
    readonly runtimeDifference: number | null;
    /** Where path-dependent SHAP got its row counts. */
    readonly covers: "model" | "background" | null;
    /** Type, unit and categories of each feature. */
    readonly features: readonly object[];
    readonly target: string | null;
    /** Unit of what a regressor puts out, when the model says so. */
    readonly unit: string | null;
    /** How estimates were drawn; null for exact methods. */
    readonly sampling: null | {
      readonly seed: number;
      /** Evaluations that might have been spent; meta.evaluations were. */
      readonly budget: number;
      /** Most coalitions that a row asked for. */
      readonly coalitions: number;
      readonly largestSE: number;
    };
    /** What was decided for the caller. */
    readonly notes: readonly string[];
  };
}

export interface ExplainFileInput {
  /** An ONNX model, by digest or path. */
  readonly model: Digest;
  /** Rows to explain: Parquet, Arrow, .npy or CSV, by path or digest. A missing value is explained as missing. */
  readonly data: Digest;
  /** Of the file; seen from its bytes unless given. */
  readonly format?: "csv" | "tsv" | "parquet" | "arrow" | "npy";
  /** How values are written: a .npy array, or an Arrow IPC stream with a column a feature. */
  readonly write: "npy" | "arrow";
  /** Rows that stand for a feature not being known: the training data or a part of it. All of them are used. */
  readonly background?: TableData;
  /** auto: trees by their covers, or against the background when one is given; linear models in closed form; anything else by enumerating all coalitions (exact, up to 16 features). */
  readonly method: "auto" | "tree-path-dependent" | "tree-interventional" | "linear" | "exact";
  /** What is explained: what the model puts out (a probability), or the margin before its link (log-odds). Unless given: the output where it adds up exactly, else the margin, and meta.notes says so. Two classes that share one score have one margin: the second class’s. */
  readonly space?: "output" | "margin";
  /** One output by number, for models with several; all unless given. Of two classes 1 is the second, also where they share one margin. */
  readonly output?: number;
  /** Has no effect on exact methods. */
  readonly seed?: number;
}

export interface ExplainFileOutput {
  /** The artifact that holds them, in the unit of the output or margin: `assay call … --save values=FILE` writes it to a file. */
  readonly values: Digest;
  readonly format: "npy" | "arrow";
  /** [rows, features], or [rows, features, outputs] for several outputs. */
  readonly shape: readonly number[];
  /** What the values start from: the mean over the background or the covers. A number, or one for each output. */
  readonly base: number | readonly number[];
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: {
    readonly method: "tree-path-dependent" | "tree-interventional" | "linear" | "exact" | "kernel" | "permutation" | "proxy" | "partition";
    /** Whether values are exact. false: estimates, with standardErrors. */
    readonly exact: boolean;
    /** Rows that the model was asked for. */
    readonly evaluations: number;
    /** Largest gap between base + values and the model's output in float64. More than 1e-9 of what is added is an error. */
    readonly additivityError: number;
    readonly backgroundRowsUsed: number;
    readonly modelDigest: string;
    /** What evaluated the model: Assay in float64, or the runtime. */
    readonly engine: "float64" | "onnxruntime";
    /** How the values were found. Those that are exact differ in their last bits. */
    readonly algorithm: "tables" | "paths" | "quadrature" | "pairs" | "patterns" | "tables, paths" | "tables, quadrature" | "tables, pairs" | "tables, patterns" | "pairs, patterns" | "tables, pairs, patterns" | "paths, quadrature" | "tables, paths, quadrature" | "closed form" | "enumeration" | "paired leverage sampling" | "paired leverage sampling, Gaussian process" | "antithetic permutations" | "coalitions of groups";
    readonly space: "output" | "margin";
    /** What stands between margin and output; null when the model can only be asked. */
    readonly link: string | null;
    /** A power of ten that no difference between the float64 evaluation and onnxruntime, which adds in float32, exceeds. Null when only one of them was asked. */
    readonly runtimeDifference: number | null;
    /** Where path-dependent SHAP got its row counts. */
    readonly covers: "model" | "background" | null;
    /** Type, unit and categories of each feature. */
    readonly features: readonly object[];
    readonly target: string | null;
    /** Unit of what a regressor puts out, when the model says so. */
    readonly unit: string | null;
    /** How estimates were drawn; null for exact methods. */
    readonly sampling: null | {
      readonly seed: number;
      /** Evaluations that might have been spent; meta.evaluations were. */
      readonly budget: number;
      /** Most coalitions that a row asked for. */
      readonly coalitions: number;
      readonly largestSE: number;
    };
    /** What was decided for the caller. */
    readonly notes: readonly string[];
  };
}

export interface InteractionsInput {
  /** An ONNX model, by digest or path. */
  readonly model: Digest;
  /** Rows to explain. null is a missing value. */
  readonly data: TableData;
  /** Rows that stand for a feature not being known: the training data or a part of it. All of them are used. */
  readonly background?: TableData;
  /** auto: trees by their covers, or against the background when one is given; linear models in closed form; anything else by enumerating all coalitions (exact, up to 16 features). */
  readonly method: "auto" | "tree-path-dependent" | "tree-interventional" | "linear" | "exact";
  /** What is explained: what the model puts out (a probability), or the margin before its link (log-odds). Unless given: the output where it adds up exactly, else the margin, and meta.notes says so. Two classes that share one score have one margin: the second class’s. */
  readonly space?: "output" | "margin";
  /** One output by number, for models with several; all unless given. Of two classes 1 is the second, also where they share one margin. */
  readonly output?: number;
  /** Has no effect on exact methods. */
  readonly seed?: number;
}

export interface InteractionsOutput {
  /** [rows, features, features], or with outputs as the last axis, in the unit of the output or margin. Symmetric; rows sum to values. */
  readonly interactions: Tensor;
  /** [rows, features], or [rows, features, outputs] for several outputs, in the unit of the output or margin. */
  readonly values: Tensor;
  /** What the values start from: the mean over the background or the covers. A number, or one for each output. */
  readonly base: number | readonly number[];
  /** The model's features of the explained rows, as given. */
  readonly data: TableData;
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly meta: {
    readonly method: "tree-path-dependent" | "tree-interventional" | "linear" | "exact";
    readonly exact: boolean;
    /** Rows that the model was asked for. */
    readonly evaluations: number;
    /** Largest gap between base + values and the model's output in float64. More than 1e-9 of what is added is an error. */
    readonly additivityError: number;
    readonly backgroundRowsUsed: number;
    readonly modelDigest: string;
    /** What evaluated the model: Assay in float64, or the runtime. */
    readonly engine: "float64" | "onnxruntime";
    /** How the interactions were found. */
    readonly interactionAlgorithm: "tables" | "paths" | "quadrature" | "pairs" | "patterns" | "tables, paths" | "tables, quadrature" | "tables, pairs" | "tables, patterns" | "pairs, patterns" | "tables, pairs, patterns" | "paths, quadrature" | "tables, paths, quadrature" | "closed form" | "enumeration";
    /** How the values were found. All are exact; their last bits differ. */
    readonly algorithm: "tables" | "paths" | "quadrature" | "pairs" | "patterns" | "tables, paths" | "tables, quadrature" | "tables, pairs" | "tables, patterns" | "pairs, patterns" | "tables, pairs, patterns" | "paths, quadrature" | "tables, paths, quadrature" | "closed form" | "enumeration";
    readonly space: "output" | "margin";
    /** What stands between margin and output; null when the model can only be asked. */
    readonly link: string | null;
    /** A power of ten that no difference between the float64 evaluation and onnxruntime, which adds in float32, exceeds. Null when only one of them was asked. */
    readonly runtimeDifference: number | null;
    /** Where path-dependent SHAP got its row counts. */
    readonly covers: "model" | "background" | null;
    /** Type, unit and categories of each feature. */
    readonly features: readonly object[];
    readonly target: string | null;
    /** Unit of what a regressor puts out, when the model says so. */
    readonly unit: string | null;
    /** What was decided for the caller. */
    readonly notes: readonly string[];
  };
}

export interface Methods {
  /** Attributes every prediction to the features of its row: base + the values of a row = the model's output, checked on every row. Exact wherever a method is; else an estimate that says so, with a standard error for each value. */
  explain(input: ExplainInput, ctx: MethodContext): ExplainOutput | Promise<ExplainOutput>;
  /** SHAP values of every row of a Parquet, Arrow, .npy or CSV file of any length, exact, in memory that doesn’t grow with it: rows are read in blocks and their values written to an artifact. Each value has the bits that shap.explain gives it. */
  explainFile(input: ExplainFileInput, ctx: MethodContext): ExplainFileOutput | Promise<ExplainFileOutput>;
  /** What each two features of a row contribute together: half stands in the row of each, and what a feature contributes alone on the diagonal, so that rows sum to its SHAP value, which is given too. Exact for trees, linear models, and anything that can be enumerated. */
  interactions(input: InteractionsInput, ctx: MethodContext): InteractionsOutput | Promise<InteractionsOutput>;
}
