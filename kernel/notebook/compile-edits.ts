/** Edits of a text by offsets of the original. Line ends are the caller's care: a replacement keeps as many as it takes. */
export class Edits {
  readonly #text: string;
  readonly #edits: { at: number; end: number; text: string; rank: number }[] = [];
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Later ones at the same place stand further right: visit outer nodes first. */
  before(at: number, text: string): void {
    this.#edits.push({ at, end: at, text, rank: ++this.#count });
  }

  /** Later ones at the same place stand further left: inner nodes close first. They come before every `before` there. */
  after(at: number, text: string): void {
    this.#edits.push({ at, end: at, text, rank: -++this.#count });
  }

  replace(at: number, end: number, text: string): void {
    this.#edits.push({ at, end, text, rank: Number.MAX_SAFE_INTEGER });
  }

  apply(): string {
    let out = '';
    let at = 0;
    for (const edit of this.#edits.sort((a, b) => a.at - b.at || a.rank - b.rank)) {
      out += this.#text.slice(at, edit.at) + edit.text;
      at = edit.end;
    }
    return out + this.#text.slice(at);
  }
}
