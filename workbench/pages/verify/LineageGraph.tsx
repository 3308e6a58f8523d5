import { createMemo, createSignal, For, Show } from 'solid-js';
import { drawLineage, type LineageNode } from './lineage.ts';

const COLUMN = 190;
const ROW = 40;
const WIDE = 158;
const HIGH = 28;
const MOST = 400;

/** What each receipt follows from, left to right: data, calls, cells, seal. */
export function LineageGraph(props: { readonly zip: Uint8Array }) {
  const drawing = createMemo(() => {
    try {
      return drawLineage(props.zip);
    } catch {
      return null;
    }
  });
  const [at, setAt] = createSignal<LineageNode>();
  const x = ({ layer }: LineageNode): number => layer * COLUMN + 1;
  const y = ({ place }: LineageNode): number => place * ROW + 6;
  const near = (node: LineageNode): boolean =>
    at() === undefined ||
    at() === node ||
    (drawing()?.edges.some(({ from, to }) => (from === at() && to === node) || (to === at() && from === node)) ??
      false);
  return (
    <Show when={drawing()}>
      {(lineage) => (
        <Show when={lineage().nodes.length > 1 && lineage().nodes.length < MOST}>
          <section class="graph">
            <h2 class="verify-heading">What it is made of</h2>
            <div class="graph-scroll" tabindex="0" role="group" aria-label="Lineage of the receipts">
              <svg
                width={lineage().layers * COLUMN}
                height={lineage().tallest * ROW + 12}
                role="img"
                aria-label={`${lineage().nodes.length} receipts and what each follows from`}
              >
                <For each={lineage().edges}>
                  {({ from, to }) => {
                    const [x1, y1, x2, y2] = [x(from) + WIDE, y(from) + HIGH / 2, x(to), y(to) + HIGH / 2];
                    return (
                      <path
                        class="graph-edge"
                        data-near={at() === from || at() === to}
                        d={`M${x1} ${y1}C${x1 + 30} ${y1} ${x2 - 30} ${y2} ${x2} ${y2}`}
                      />
                    );
                  }}
                </For>
                <For each={lineage().nodes}>
                  {(node) => (
                    <g
                      class="graph-node"
                      data-kind={node.receipt.kind}
                      data-near={near(node)}
                      transform={`translate(${x(node)} ${y(node)})`}
                      onPointerEnter={() => setAt(node)}
                      onPointerLeave={() => setAt(undefined)}
                    >
                      <title>{`${node.receipt.kind} ${node.receipt.id}`}</title>
                      <rect width={WIDE} height={HIGH} rx="3" />
                      <text x="9" y="18">
                        {node.label.length > 21 ? `${node.label.slice(0, 20)}…` : node.label}
                      </text>
                    </g>
                  )}
                </For>
              </svg>
            </div>
          </section>
        </Show>
      )}
    </Show>
  );
}
