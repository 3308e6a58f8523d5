// The package has no types; the workbench compiles this file without those of the folder.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./observable-runtime.d.ts" />
export { Runtime, RuntimeError, type Module, type Variable } from '@observablehq/runtime';
