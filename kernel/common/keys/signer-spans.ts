/** Who is named as signer by receipts in order: one span for as many as name the same, so that millions are held to the key history at once. */
export interface SignerSpan {
  readonly signer: string;
  /** Places of its first and last receipt. */
  readonly first: number;
  readonly last: number;
}

const utf8 = new TextEncoder();

export class SignerSpans {
  private readonly kept: { readonly signer: string; readonly first: number; last: number }[] = [];
  private bytes = new Uint8Array(0);
  private open = false;

  get all(): readonly SignerSpan[] {
    return this.kept;
  }

  /** Whether these bytes name the signer of the receipt before; then the span goes on. */
  goesOn(line: Uint8Array, start: number, end: number, place: number): boolean {
    const { bytes } = this;
    if (!this.open || end - start !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (line[start + i] !== bytes[i]) return false;
    this.kept.at(-1)!.last = place;
    return true;
  }

  add(signer: string, place: number): void {
    const last = this.kept.at(-1);
    if (this.open && last?.signer === signer) {
      last.last = place;
      return;
    }
    this.kept.push({ signer, first: place, last: place });
    this.bytes = utf8.encode(signer);
    this.open = true;
  }

  /** After a receipt about keys another may sign, or no longer. */
  cut(): void {
    this.open = false;
  }
}
