import { Show } from 'solid-js';
import type { Digest } from '#common/data.ts';
import { pathTo } from '../../router.ts';

interface BehindProps {
  readonly index: number;
  /** Receipts about keys, by their place in the log. */
  readonly places: ReadonlyMap<number, Digest>;
  readonly what: string;
}

/** `Since receipt 24`, with a link to it. */
export function Behind(props: BehindProps) {
  return (
    <>
      {props.what}{' '}
      <Show when={props.places.get(props.index)} fallback={<>receipt {props.index}</>}>
        {(id) => <a href={pathTo.receipts(id())}>receipt {props.index}</a>}
      </Show>
    </>
  );
}
