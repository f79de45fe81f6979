/** Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations: exact to rounding, and no library. */

/** One eigenvalue with its vector, of length 1. */
export interface EigenPair {
  readonly value: number;
  readonly vector: Float64Array;
}

const SWEEPS = 60;

/** The eigenvalues of a symmetric matrix [n, n], largest first. The largest entry of each vector is positive. */
export function symmetricEigen(matrix: Float64Array, n: number): EigenPair[] {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const at = (m: Float64Array, i: number, j: number): number => m[i * n + j] as number;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += at(a, p, q) ** 2;
    if (off < 1e-24) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (at(a, p, q) === 0) continue;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cos = 1 / Math.sqrt(t * t + 1);
        const sin = t * cos;
        for (let k = 0; k < n; k++) rotate(a, k * n + p, k * n + q, cos, sin);
        for (let k = 0; k < n; k++) rotate(a, p * n + k, q * n + k, cos, sin);
        for (let k = 0; k < n; k++) rotate(v, k * n + p, k * n + q, cos, sin);
      }
  }
  return Array.from({ length: n }, (_, i) => ({ value: at(a, i, i), vector: columnOf(v, n, i) })).sort(
    (x, y) => y.value - x.value,
  );
}

function rotate(m: Float64Array, i: number, j: number, cos: number, sin: number): void {
  const [x, y] = [m[i] as number, m[j] as number];
  m[i] = cos * x - sin * y;
  m[j] = sin * x + cos * y;
}

/** A column, with the sign that makes its largest entry positive: the same matrix gives the same vectors everywhere. */
function columnOf(v: Float64Array, n: number, column: number): Float64Array {
  const vector = Float64Array.from({ length: n }, (_, k) => v[k * n + column] as number);
  const largest = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-9 ? x : best), 0);
  return largest < 0 ? vector.map((x) => -x) : vector;
}
