/** Numbers as Caffe's log prints them. */

/** Six significant digits. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}
