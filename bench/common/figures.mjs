// Figures of many measurements, and tables of text.

/** The value below which a part of them lies: 0.5 is the median. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

export const median = (values) => quantile(values, 0.5);

/** Milliseconds in a unit that fits: `85.2 ms`, `1.94 s`. */
export function duration(ms) {
  if (ms === undefined || Number.isNaN(ms)) return '–';
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 1 ? 3 : ms < 100 ? 2 : 1)} ms`;
}

/** A number with about three figures: `0.123`, `12.3`, `1234`. */
export function figure(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}

/** Rows of cells as lines; the first column stands left, the others right. */
export function table(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i] + 2)))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
