/** From a file of the workbench's own; in the page that is one file, verifier.node.ts puts another in this one's place. */
export function startVerifier(): Worker {
  return new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' });
}
