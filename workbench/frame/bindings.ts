/** What the window's own names mean stays as it is: no cell slips its own Promise, Reflect or Worker under the code that carries messages. */
export function fixBindings(): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const found = Object.getOwnPropertyDescriptor(globalThis, name);
    if (found?.configurable && 'value' in found)
      Object.defineProperty(globalThis, name, { writable: false, configurable: false });
  }
}
