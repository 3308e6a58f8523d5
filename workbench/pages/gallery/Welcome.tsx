import { Show } from 'solid-js';

/** What this is, in the three steps in which it is used. */
export function Welcome(props: { readonly start: string | null }) {
  return (
    <header class="welcome">
      <h1 class="page-title">A notebook whose every run is evidence</h1>
      <p class="page-lead">
        Explain a model, look at the figures, and seal what happened. Anyone can verify the seal offline, and run it
        again.
      </p>
      <ol class="steps">
        <li>
          <b>Run.</b> Open a notebook: it is alive. Change a cell and everything that reads it follows.{' '}
          <Show when={props.start}>{(to) => <a href={to()}>Take the welcome: three minutes</a>}</Show>
        </li>
        <li>
          <b>Seal.</b> One click runs it afresh, with a receipt for every call, and presses a hallmark that its results
          alone can draw.
        </li>
        <li>
          <b>Verify.</b> Hand the bundle on. <a href="/verify">Drop one here</a> and see every check by name, without
          trusting us.
        </li>
      </ol>
    </header>
  );
}
