type Step = 'tables' | 'paths' | 'quadrature' | 'pairs' | 'patterns';

/** Which exact algorithms ran: the last bits of a value depend on it, so it is sealed with the values. */
export type TreeAlgorithm =
  | 'tables'
  | 'paths'
  | 'quadrature'
  | 'pairs'
  | 'patterns'
  | 'tables, paths'
  | 'tables, quadrature'
  | 'tables, pairs'
  | 'tables, patterns'
  | 'pairs, patterns'
  | 'tables, pairs, patterns'
  | 'paths, quadrature'
  | 'tables, paths, quadrature';

/** The algorithms that ran. An ensemble without trees or rows ran none: tables, of nothing. */
export function named(ran: Partial<Record<Step, boolean>>): TreeAlgorithm {
  const steps = (['tables', 'paths', 'quadrature', 'pairs', 'patterns'] as const).filter((step) => ran[step] === true);
  return (steps.length === 0 ? 'tables' : steps.join(', ')) as TreeAlgorithm;
}
