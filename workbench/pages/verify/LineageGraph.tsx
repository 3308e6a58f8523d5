import { createMemo, createSignal, For, Show } from 'solid-js';
import { drawLineage, type LineageDrawing, type LineageNode } from './lineage.ts';

/** Of the page's column; a drawing of more layers than fit scrolls. */
const PAGE = 912;
const GAP = 28;
const ROW = 40;
const HIGH = 28;
const MOST = 400;
const LETTER = 6.4;

const inWords = ({ nodes, edges }: LineageDrawing): string =>
  nodes
    .map((node) => ({ node, from: edges.flatMap(({ from, to }) => (to === node ? [from.label] : [])) }))
    .filter(({ from }) => from.length > 0)
    .map(({ node, from }) => `${node.label} from ${from.join(', ')}`)
    .join('; ');

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
  const column = createMemo(() => Math.min(200, Math.max(156, (PAGE + GAP) / (drawing()?.layers ?? 1))));
  const wide = (): number => column() - GAP;
  const x = ({ layer }: LineageNode): number => layer * column() + 1;
  const y = ({ place }: LineageNode): number => place * ROW + 6;
  const says = (label: string): string => {
    const most = Math.floor((wide() - 16) / LETTER);
    return label.length > most ? `${label.slice(0, most - 1)}…` : label;
  };
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
            <p class="quiet graph-about">
              {lineage().receipts} receipts, each right of what it follows from. Point at one to see its own lines.
            </p>
            <div class="graph-scroll" tabindex="0" role="group" aria-label="Lineage of the receipts">
              <svg
                width={lineage().layers * column() - GAP + 2}
                height={lineage().tallest * ROW + 12}
                role="img"
                aria-label={`${lineage().receipts} receipts and what each follows from: ${inWords(lineage())}`}
              >
                <For each={lineage().edges}>
                  {({ from, to }) => {
                    const [x1, y1, x2, y2] = [x(from) + wide(), y(from) + HIGH / 2, x(to), y(to) + HIGH / 2];
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
                      data-kind={node.kind}
                      data-near={near(node)}
                      transform={`translate(${x(node)} ${y(node)})`}
                      onPointerEnter={() => setAt(node)}
                      onPointerLeave={() => setAt(undefined)}
                    >
                      <title>{node.receipts.map(({ kind, id }) => `${kind} ${id}`).join('\n')}</title>
                      <rect width={wide()} height={HIGH} rx="3" />
                      <text x="9" y="18">
                        {says(node.label)}
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
