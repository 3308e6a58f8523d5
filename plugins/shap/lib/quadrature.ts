import cos from '@stdlib/math-base-special-cos';

/** Nodes and weights that integrate polynomials up to degree 2n − 1 over [0, 1] exactly. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Gauss–Legendre with n points: roots of the Legendre polynomial by Newton's method. Pinned cos: the same bits everywhere. */
export function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let z = cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = legendreSlope(n, z).slope;
    for (let step = 0; step < 50; step++) {
      const { value, slope: s } = legendreSlope(n, z);
      slope = s;
      const change = value / slope;
      z -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    nodes[i] = (1 + z) / 2;
    weights[i] = 1 / ((1 - z * z) * slope * slope);
  }
  return { nodes, weights };
}

function legendreSlope(n: number, z: number): { value: number; slope: number } {
  let value = 1;
  let before = 0;
  for (let j = 0; j < n; j++) [value, before] = [((2 * j + 1) * z * value - j * before) / (j + 1), value];
  return { value, slope: (n * (z * value - before)) / (z * z - 1) };
}
