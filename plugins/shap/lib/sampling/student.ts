/**
 * How much a standard error must grow, when few units estimate it, so that 1.96 of it cover as often as from many: Student's t over the normal quantile, at
 * 95 % (Cornish and Fisher's series from five degrees of freedom on).
 */
export function widening(freedom: number): number {
  const few = [12.706, 4.303, 3.182, 2.776][freedom - 1];
  return few === undefined ? 1 + 1.2104 / freedom + 1.4401 / freedom ** 2 + 1.3041 / freedom ** 3 : few / 1.96;
}
