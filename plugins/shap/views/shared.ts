/**
 * What the pictures of one explanation share on a page: the row that is chosen, and the output. It is kept beside the explanation in the
 * frame, so that a picture that is drawn anew (another width, light or dark) finds it again; a new explanation begins without.
 */
export interface Choice {
  readonly row: number | null;
  readonly output: number | null;
}

interface Shared {
  choice: Choice;
  readonly pictures: Map<Element, { readonly update: () => void; stood: boolean }>;
  readonly found: Map<string, unknown>;
}

const all = new WeakMap<object, Shared>();

function sharedOf(explanation: object): Shared {
  let shared = all.get(explanation);
  if (!shared)
    all.set(explanation, (shared = { choice: { row: null, output: null }, pictures: new Map(), found: new Map() }));
  return shared;
}

export const choiceOf = (explanation: object): Choice => sharedOf(explanation).choice;

/** Tells a picture of every choice, as long as it stands on the page. */
export function follow(explanation: object, picture: Element, update: () => void): void {
  const { pictures } = sharedOf(explanation);
  forget(pictures);
  pictures.set(picture, { update, stood: false });
}

export function choose(explanation: object, change: Partial<Choice>): void {
  const shared = sharedOf(explanation);
  const next = { ...shared.choice, ...change };
  if (next.row === shared.choice.row && next.output === shared.choice.output) return;
  shared.choice = next;
  forget(shared.pictures);
  for (const { update } of shared.pictures.values()) update();
}

/** What once stood on the page and does no more was replaced. One that has yet to be put there is kept. */
function forget(pictures: Shared['pictures']): void {
  for (const [picture, entry] of pictures) {
    if (picture.isConnected) entry.stood = true;
    else if (entry.stood) pictures.delete(picture);
  }
}

/** Something that takes long to find and depends on the explanation alone, found once. */
export function once<T>(explanation: object, name: string, find: () => T): T {
  const { found } = sharedOf(explanation);
  if (!found.has(name)) found.set(name, find());
  return found.get(name) as T;
}
