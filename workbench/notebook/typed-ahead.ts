/** What is typed into a new cell before its editor is there: held, and written once it is, instead of being taken for commands. */
let held = '';

export function hold(text: string): void {
  held += text;
}

export function takeHeld(): string {
  const text = held;
  held = '';
  return text;
}
