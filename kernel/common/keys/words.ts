/** What a receipt about keys says, in a few words for people: `key seals+1751a4ee revoked: lost`. */
export function keyWords(result: unknown): string {
  const { event, key, ends, reason } = Object(result) as Readonly<Record<string, unknown>>;
  const because = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  if (event === 'create' || event === 'rotate') return `key ${shortKey(key)} signs seals from here on${because}`;
  if (event === 'revoke') return `key ${shortKey(ends)} revoked${because}`;
  if (event === 'tag') return 'receipts are tagged from here on';
  if (event === 'policy') return 'other witnesses';
  return event === 'authority' ? `another time-stamping authority${because}` : 'key';
}

/** A key by the end of its name: `seals+1751a4ee` of `local.assay.local/9ec8478d/seals+1751a4ee+…`. */
export function shortKey(key: unknown): string {
  const [name, hash] = typeof key === 'string' ? key.split('+') : [];
  return name === undefined || hash === undefined ? '' : `${name.slice(name.lastIndexOf('/') + 1)}+${hash}`;
}
