/** What was written and not saved yet, kept by the browser until it is. */
export interface Draft {
  readonly base: string | null;
  readonly source: string;
}

const key = (name: string): string => `assay.draft.${name}`;

export function readDraft(name: string): Draft | null {
  const text = localStorage.getItem(key(name));
  return text === null ? null : (JSON.parse(text) as Draft);
}

/** A full store loses the draft and nothing else: the kernel is the place for notebooks. */
export function writeDraft(name: string, draft: Draft): void {
  try {
    localStorage.setItem(key(name), JSON.stringify(draft));
  } catch {
    clearDraft(name);
  }
}

export const clearDraft = (name: string): void => localStorage.removeItem(key(name));
