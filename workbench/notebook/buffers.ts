/** The buffers that hold a value's arrays, each once, so that they are transferred and not copied. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value instanceof ArrayBuffer) found.add(value);
  else if (value instanceof Map || value instanceof Set) for (const item of value.values()) buffersOf(item, found);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) if (typeof item === 'object') buffersOf(item, found);
  return [...found];
}
