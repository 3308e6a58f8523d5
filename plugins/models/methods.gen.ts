// From plugin.json, by `npx assay plugin-types models`: change that, not this.
import type { Digest, TableData, Tensor } from '#common/data.ts';
import type { MethodContext } from '#common/plugin.ts';

export interface TrainInput {
  /** The table to learn from. Missing values are allowed in features, not in the target. */
  readonly data: TableData;
  /** The column to predict. */
  readonly target: string;
  /** The columns to predict it from; all others unless given. */
  readonly features?: readonly string[];
  /** auto: binary for text, booleans and 0/1, else regression. */
  readonly task: "auto" | "regression" | "binary";
  /** Most trees to grow. */
  readonly trees: number;
  /** How much of its step each tree takes. */
  readonly learningRate: number;
  /** Most decisions from root to leaf. */
  readonly maxDepth: number;
  /** Most leaves of a tree; the best split is made first. */
  readonly maxLeaves: number;
  /** Fewest training rows in a leaf. */
  readonly minLeaf: number;
  /** Added to the second derivatives: shrinks leaves with few rows. */
  readonly l2: number;
  /** Share of the training rows that each tree sees. */
  readonly subsample: number;
  /** Share of the features that each tree may split on. */
  readonly featureSample: number;
  /** Most quantile bins per feature. */
  readonly bins: number;
  /** Stop after so many trees without a better loss on the validation rows, and keep the best. Never unless given. */
  readonly earlyStopping?: number;
  /** Share of the training rows that early stopping watches. */
  readonly validation: number;
  /** Share of all rows kept out of training, on which metrics.test is measured. 0 trains on everything. */
  readonly holdout: number;
  /** Draws the held-back rows and all samples; the call's own seed unless given. */
  readonly seed?: number;
}

export interface TrainOutputFeature {
  readonly name: string;
  readonly type: "number" | "category" | "boolean" | "date";
  readonly unit?: string;
  /** The text of code 0, 1, …, by rising mean of the target. */
  readonly categories?: readonly string[];
}

export interface TrainOutputMetrics {
  readonly rows: number;
  /** Root mean squared error, in the target's unit. */
  readonly rmse?: number;
  /** Mean absolute error, in the target's unit. */
  readonly mae?: number;
  /** Share of the variance explained; null where the target is constant. */
  readonly r2?: number | null;
  /** Area under the ROC curve; null with one class only. */
  readonly auc?: number | null;
  readonly logloss?: number;
  readonly accuracy?: number;
}

export interface TrainOutput {
  /** The ONNX file, by digest. */
  readonly model: string;
  readonly task: "regression" | "binary";
  readonly target: string;
  readonly features: readonly TrainOutputFeature[];
  /** Labels of 0 and 1; null for regression. */
  readonly classes: readonly string[] | null;
  /** Trees in the model. */
  readonly trees: number;
  /** On the training rows and on those held back (null when none are). In the target's unit: rmse, mae. Without unit: r2, auc, accuracy; logloss in nats. */
  readonly metrics: {
    readonly train: TrainOutputMetrics;
    readonly test: TrainOutputMetrics | null;
  };
  /** Row numbers of both parts, rising. */
  readonly split: {
    readonly train: Tensor;
    readonly test: Tensor;
  };
  /** Features by their share of the loss that splits took away, largest first. */
  readonly importance: readonly {
    readonly feature: string;
    readonly gain: number;
    readonly splits: number;
  }[];
  /** Loss after each tree, on the rows learned from and on those watched (validation with early stopping, else held back; null when there are none). */
  readonly history: {
    readonly loss: "rmse" | "logloss";
    readonly train: Tensor;
    readonly watched: Tensor | null;
  };
}

export interface PredictInput {
  /** An ONNX model, by digest or path. */
  readonly model: Digest;
  /** Rows to predict. Columns that the model doesn't name are ignored where it names its features. */
  readonly data: TableData;
  /** A graph output by name; the first of numbers unless given. */
  readonly output?: string;
  /** onnxruntime takes every model. float64: trees and linear models summed by Assay, with the same bits on every machine. */
  readonly engine: "onnxruntime" | "float64";
}

export interface PredictOutput {
  /** [rows], or [rows, numbers] when the model puts out several a row. */
  readonly values: Tensor;
  /** What each number is: a class, or the target. */
  readonly outputs: readonly string[];
  /** Most probable class of each row; null for a regressor. */
  readonly labels: readonly string[] | null;
  /** The graph output that was read. */
  readonly output: string;
  readonly engine: "onnxruntime" | "float64";
}

export interface DescribeInput {
  /** An ONNX model, by digest or path. */
  readonly model: Digest;
}

export interface DescribeOutputPort {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | null)[];
}

export interface DescribeOutput {
  /** trees and linear are explained exactly at any size, other by enumeration of up to 12 features. */
  readonly kind: "trees" | "linear" | "other";
  /** Why it is other. */
  readonly reason: string | null;
  readonly bytes: number;
  readonly producer: string;
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly DescribeOutputPort[];
  readonly outputs: readonly DescribeOutputPort[];
  readonly operators: Readonly<Record<string, number>>;
  /** Columns it takes. */
  readonly width: number | null;
  readonly features: readonly object[] | null;
  readonly labels: readonly string[] | null;
  /** What stands between scores and outputs. */
  readonly link: string | null;
  readonly trees: {
    readonly count?: number;
    readonly nodes?: number;
    readonly leaves?: number;
    readonly depth?: number;
    /** nodes_hitrates are counts of training rows. */
    readonly covers?: boolean;
  } | null;
  readonly target: string | null;
  /** How it was trained, for models that Assay trained. */
  readonly training: unknown;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Methods {
  /** Learns a column from the others with histogram gradient boosting: regression (squared error) or two classes (log-loss). Missing values learn a direction, text columns are ordered by the target. The same data, parameters and seed give the same ONNX file, byte for byte. */
  train(input: TrainInput, ctx: MethodContext): TrainOutput | Promise<TrainOutput>;
  /** Puts a table through any ONNX model with onnxruntime. Columns are matched by name where the model names its features, else by order; text becomes the model's categories, missing values NaN. */
  predict(input: PredictInput, ctx: MethodContext): PredictOutput | Promise<PredictOutput>;
  /** What an ONNX file holds: inputs, outputs, operators, and for tree ensembles their size and whether they carry the training counts that exact SHAP needs. */
  describe(input: DescribeInput, ctx: MethodContext): DescribeOutput | Promise<DescribeOutput>;
}
