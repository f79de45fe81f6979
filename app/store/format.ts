/** Numbers as the page writes them: grouped, short, and the same everywhere. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `145,578` */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** `1 error`, `2 errors` */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `6.25 MiB`; bytes below 1024 as they are. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `6.55 M`, `640`: a large number with three figures and a decimal unit. */
export function formatLarge(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  if (unit === 0) return formatCount(scaled);
  const digits = scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${units[unit]}`;
}

/** `7.2 s`, `3:05`, `1:02:03`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

/** A loss or rate with `digits` figures that count: `0.782`, `1.00e-5`, `NaN`. */
export function formatFigure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e6 ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
}

/** A figure of an axis, with the decimals that tell it from the next one `step` away. */
export function formatStep(value: number, step: number): string {
  if (value === 0) return '0';
  if (step > 0 && step < 1e-5) return value.toExponential(0);
  let digits = 0;
  // Steps of 0.25 need two decimals, steps of 0.2 one.
  while (digits < 6 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits++;
  return value.toFixed(digits);
}

/** A loss: `0.782`, always three decimals below 100 so that figures do not jump. */
export function formatLoss(value: number): string {
  return Number.isFinite(value) && Math.abs(value) >= 1e-3 && Math.abs(value) < 100
    ? value.toFixed(3)
    : formatFigure(value);
}

/** A share of one: `68.8%`. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}%` : '–';
}

/** Extents of a blob, `100×32×16×16`; a scalar is `1`. */
export function formatShape(shape: readonly number[] | undefined): string {
  if (shape === undefined) return 'unknown';
  return shape.length === 0 ? '1' : shape.join('×');
}
