import { Show } from 'solid-js';
import type { NotebookEntry, SealEntry } from '../../kernel-types.ts';
import { Ago } from '../../parts/Ago.tsx';
import { Hallmark } from '../../parts/Hallmark.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { pathTo } from '../../router.ts';

export function NotebookCard(props: {
  readonly entry: NotebookEntry;
  readonly seal: SealEntry | undefined;
  readonly onRemove: () => void;
}) {
  const changed = (seal: SealEntry): boolean => Date.parse(seal.at) < Date.parse(props.entry.modified);
  return (
    <li class="card">
      <div class="card-text">
        <h3 class="card-title">
          <a href={pathTo.notebook(props.entry.name)}>{props.entry.title}</a>
        </h3>
        <Show when={props.entry.summary}>{(summary) => <p class="card-summary">{summary()}</p>}</Show>
        <p class="card-meta">
          <span class="mono">{props.entry.name}.md</span>
          <span>
            changed <Ago time={props.entry.modified} />
          </span>
        </p>
      </div>
      <div class="card-seal">
        <Show when={props.seal} fallback={<span class="card-unsealed">not sealed</span>}>
          {(seal) => (
            <a class="card-mark" href={pathTo.verify(seal().id)} data-old={changed(seal())}>
              <Hallmark root={seal().root} size={52} />
              <span class="card-sealed">
                {changed(seal()) ? 'changed since' : 'sealed'} <Ago time={seal().at} />
              </span>
            </a>
          )}
        </Show>
      </div>
      <button
        class="button plain icon small card-remove"
        aria-label={`Move ${props.entry.title} to the trash`}
        title="Move to the trash"
        onClick={props.onRemove}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}
