/** Which columns are read: those wanted, when all of them are there; else whoever asked is to see what there is. */
export function keeps(names: readonly string[], wanted: readonly string[] | undefined): ReadonlySet<string> {
  return new Set(wanted !== undefined && wanted.every((name) => names.includes(name)) ? wanted : names);
}
