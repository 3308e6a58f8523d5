/** An attack, and how most are made. */
export interface Attack {
  readonly name: string;
  /**
   * Body of an async function in a view cell, which knows `evil` (an origin that counts what reaches it, connections too), `udp` (a port
   * that does), `svg`, `document` and `window`, the frame's own.
   */
  readonly code: string;
  /** The sandbox or the browser stops it by itself, for the reason beside it: it has no leaking twin. */
  readonly always?: boolean;
  /** The guard has to refuse it: the policy alone would be too late. */
  readonly refused?: boolean;
}

/** An element `e` that is set up and put into the document. */
export const made = (tag: string, set: string): string =>
  `const e = document.createElement('${tag}'); document.body.append(e); ${set}`;

/** A script that runs in a worker of a blob. */
export const worker = (script: string, kind: 'Worker' | 'SharedWorker' = 'Worker'): string =>
  `new window.${kind}(URL.createObjectURL(new Blob(['const evil = ' + JSON.stringify(evil) + ', udp = ' + udp + ';' + ${JSON.stringify(script)}])))`;
