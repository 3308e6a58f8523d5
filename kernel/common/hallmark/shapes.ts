/** The punches and figures of hallmarks, as polygons around the origin: y points down, angles run clockwise from the top, radius ≤ 12. */

export type Point = readonly [x: number, y: number];
export type Polygon = readonly Point[];

const TAU = 2 * Math.PI;

export function polar(angle: number, radius: number): Point {
  return [Math.sin(angle) * radius, -Math.cos(angle) * radius];
}

export function sweep(steps: number, radius: (angle: number) => number): Point[] {
  return Array.from({ length: steps }, (_, step) => polar((step / steps) * TAU, radius((step / steps) * TAU)));
}

export const circle = (radius: number, [x, y]: Point = [0, 0], steps = 24): Polygon =>
  sweep(steps, () => radius).map(([dx, dy]) => [x + dx, y + dy]);

/** Distance from the centre to the edge, by angle. */
type Outline = (angle: number) => number;

/** A regular polygon whose sides are `inner` away from the centre, a corner at the top, or a side. */
const regular =
  (sides: number, inner: number, sideUp = false): Outline =>
  (angle) => {
    const part = TAU / sides;
    const within = (((angle + (sideUp ? part / 2 : 0)) % part) + part) % part;
    return inner / Math.cos(within - part / 2);
  };

/** Circle of radius `r` around [x, y], which encloses the centre: how far the ray at this angle goes. */
function toCircle(angle: number, [x, y]: Point, r: number): number {
  const [ux, uy] = polar(angle, 1);
  const along = ux * x + uy * y;
  return along + Math.sqrt(Math.max(0, along * along - x * x - y * y + r * r));
}

function shield(angle: number): number {
  const [x, y] = polar(angle, 1);
  const top = y < 0 ? -9.4 / y : Number.POSITIVE_INFINITY;
  const side = x === 0 ? Number.POSITIVE_INFINITY : 9.8 / Math.abs(x);
  return Math.min(top, side, toCircle(angle, [-4.6, -2], 14.4), toCircle(angle, [4.6, -2], 14.4));
}

export interface Punch {
  readonly name: string;
  readonly outline: Outline;
  /** How much larger than radius 5 its figures may be. */
  readonly scale: number;
}

export const PUNCHES: readonly Punch[] = [
  { name: 'round', outline: () => 11, scale: 1.3 },
  { name: 'oval', outline: (angle) => 1 / Math.hypot(Math.sin(angle) / 9.2, Math.cos(angle) / 11.8), scale: 1.1 },
  { name: 'hexagon', outline: regular(6, 10.2), scale: 1.24 },
  { name: 'octagon', outline: regular(8, 10.6, true), scale: 1.28 },
  { name: 'lozenge', outline: regular(4, 8.48), scale: 1 },
  {
    name: 'cushion',
    outline: (angle) => 10.1 / (Math.abs(Math.sin(angle)) ** 5 + Math.abs(Math.cos(angle)) ** 5) ** 0.2,
    scale: 1.22,
  },
  {
    name: 'quatrefoil',
    outline: (angle) => Math.max(...[0, 1, 2, 3].map((lobe) => toCircle(angle, polar((lobe / 4) * TAU, 4.9), 6.7))),
    scale: 1.15,
  },
  { name: 'shield', outline: shield, scale: 1.12 },
];

/** Regular figures of n parts, 3 ≤ n ≤ 8, within radius 5. Overlaps of their polygons are cut out again (even-odd). */
export const FIGURES: readonly (readonly [name: string, draw: (n: number) => readonly Polygon[]])[] = [
  ['star', (n) => [sweepPoints(n, (a, half) => [polar(a, 5.2), polar(a + half, [1.75, 2, 2.1, 2.5, 2.8, 3][n - 3]!)])]],
  ['flower', (n) => [sweep(24 * n, (angle) => 1.5 + 3.6 * Math.abs(Math.cos((n * angle) / 2)) ** 0.75)]],
  ['frame', (n) => [sweepPoints(n, (a) => [polar(a, 5.2)]), sweepPoints(n, (a) => [polar(a, n === 3 ? 2.5 : 3.1)])]],
  [
    'sun',
    (n) => [
      circle(2),
      ...parts(n, (a, half) => [polar(a, 5.4), polar(a + half * 0.62, 2.9), polar(a - half * 0.62, 2.9)]),
    ],
  ],
  [
    'cross',
    (n) => [
      sweepPoints(n, (a, half) => [
        polar(a - half * 0.52, 5),
        polar(a + half * 0.52, 5),
        polar(a + half, 1.25 + 0.13 * n),
      ]),
    ],
  ],
  ['cluster', (n) => [circle(1.35), ...parts(n, (a) => circle(n > 6 ? 1.1 : 1.35, polar(a, 3.75)))]],
  [
    'wheel',
    (n) =>
      parts(n, (a, half) => [
        polar(a, 1),
        polar(a - half * 0.35, 5.2),
        polar(a + half * 0.5, 5),
        polar(a + half * 1.15, 3.2),
      ]),
  ],
  [
    'cog',
    (n) => [
      sweepPoints(n, (a, half) => [
        polar(a - half * 0.5, 5),
        polar(a + half * 0.5, 5),
        polar(a + half * 0.55, 3.3),
        polar(a + half * 1.45, 3.3),
      ]),
      circle(1.7),
    ],
  ],
];

/** One polygon per part: `draw` gets the part's angle and half its share of the circle. */
function parts(n: number, draw: (angle: number, half: number) => Polygon): Polygon[] {
  return Array.from({ length: n }, (_, index) => draw((index / n) * TAU, TAU / n / 2));
}

/** All parts joined to one polygon. */
const sweepPoints = (n: number, draw: (angle: number, half: number) => Polygon): Polygon => parts(n, draw).flat();
