import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { JsonSchema } from '#common/plugin.ts';
import { Failure } from '../../parts/Failure.tsx';
import { type Field, fieldsOf, inputOf } from './schema.ts';

interface SchemaFormProps {
  readonly schema: JsonSchema;
  readonly example: unknown;
  readonly label: string;
  readonly busy: boolean;
  readonly onSubmit: (input: unknown) => void;
}

const AT_ONCE = 6;

/** A field for each property, filled in from the example: the required ones first, the rest folded away. */
export function SchemaForm(props: SchemaFormProps) {
  const fields = createMemo(() => fieldsOf(props.schema, props.example));
  const [texts, setTexts] = createStore<Record<string, string>>({});
  const [error, setError] = createSignal<Error>();
  const text = (field: Field): string => texts[field.name] ?? field.initial;
  const first = createMemo(() => fields().filter((field, i) => field.required || field.initial !== '' || i < AT_ONCE));
  const rest = createMemo(() => fields().filter((field) => !first().includes(field)));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    try {
      setError(undefined);
      props.onSubmit(inputOf(fields(), Object.fromEntries(fields().map((field) => [field.name, text(field)]))));
    } catch (cause) {
      setError(cause as Error);
    }
  };
  const show = (field: Field) => (
    <FormField field={field} text={text(field)} onText={(value) => setTexts(field.name, value)} />
  );
  return (
    <form class="schema-form" onSubmit={submit}>
      <For each={first()} fallback={<p class="quiet">It takes no input.</p>}>
        {show}
      </For>
      <Show when={rest().length > 0}>
        <details>
          <summary>{rest().length} more</summary>
          <div class="schema-rest">
            <For each={rest()}>{show}</For>
          </div>
        </details>
      </Show>
      <Show when={error()}>{(wrong) => <Failure error={wrong()} />}</Show>
      <button class="button primary" disabled={props.busy}>
        {props.label}
      </button>
    </form>
  );
}

function FormField(props: { readonly field: Field; readonly text: string; readonly onText: (text: string) => void }) {
  return (
    <label class="schema-field" data-kind={props.field.kind}>
      <span class="schema-label">
        {props.field.label}{' '}
        <Show when={!props.field.required}>
          <span class="quiet">optional</span>
        </Show>
      </span>
      <Switch
        fallback={
          <input
            class="field"
            classList={{ mono: props.field.kind !== 'text' }}
            type={props.field.kind === 'number' ? 'number' : 'text'}
            step="any"
            required={props.field.required}
            placeholder={props.field.holds}
            value={props.text}
            onInput={({ currentTarget }) => props.onText(currentTarget.value)}
          />
        }
      >
        <Match when={props.field.kind === 'choice' || props.field.kind === 'boolean'}>
          <select class="field" value={props.text} onChange={({ currentTarget }) => props.onText(currentTarget.value)}>
            <Show when={!props.field.required}>
              <option value="">as the plugin chooses</option>
            </Show>
            <For each={props.field.kind === 'boolean' ? ['true', 'false'] : props.field.choices}>
              {(choice) => (
                <option value={choice} selected={choice === props.text}>
                  {choice}
                </option>
              )}
            </For>
          </select>
        </Match>
        <Match when={props.field.kind === 'json' && props.text.length > 60}>
          <textarea
            class="field mono"
            rows="4"
            spellcheck={false}
            value={props.text}
            onInput={({ currentTarget }) => props.onText(currentTarget.value)}
          />
        </Match>
      </Switch>
      <Show when={props.field.help}>{(help) => <span class="schema-help">{help()}</span>}</Show>
    </label>
  );
}
