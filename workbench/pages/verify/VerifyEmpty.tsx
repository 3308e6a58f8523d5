import type { ParentProps } from 'solid-js';

/** Before there is a bundle: where to put one, and what will happen. */
export function VerifyEmpty(props: ParentProps<{ readonly onFiles: (files: readonly File[]) => void }>) {
  let picker!: HTMLInputElement;
  return (
    <>
      <h1 class="page-title">Does it hold?</h1>
      <p class="page-lead">
        A bundle carries a whole run, or an audit pack all that was logged in a period: every receipt, and the log’s
        signatures. It is checked here, in this browser; nothing is sent anywhere.
      </p>
      <button class="verify-drop" onClick={() => picker.click()}>
        <span>Drop a bundle</span>
        <span class="quiet">or choose a .zip file</span>
      </button>
      <input
        ref={picker}
        type="file"
        accept=".zip"
        hidden
        aria-label="Bundle"
        onChange={({ currentTarget }) => props.onFiles([...(currentTarget.files ?? [])])}
      />
      <p class="verify-terminal quiet">
        On a terminal, offline: <code>npx assay verify run.zip</code>, then <code>npx assay reproduce run.zip</code>
      </p>
      {props.children}
    </>
  );
}
