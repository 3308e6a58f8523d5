/** C(n, k) in float64: exact up to 2⁵³, Infinity beyond the largest number. */
export function binomial(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = Math.round((product * (n - k + i)) / i);
  return product;
}
