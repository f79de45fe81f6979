/** The look of every chart: the page's own type and colours, hairlines for the grid, no frame. */
import uPlot from 'uplot';

/** Colours of the theme shown, read once a theme: a draw asks for dozens. */
const colours = new Map<string, string>();
let coloursOf: string | undefined;

/** The value of a colour property such as `--curve-test`. */
export function themeColour(property: string): string {
  const root = document.documentElement;
  const theme = root.dataset['theme'];
  if (theme !== coloursOf) {
    colours.clear();
    coloursOf = theme;
  }
  let value = colours.get(property);
  if (value === undefined) {
    value = getComputedStyle(root).getPropertyValue(property).trim();
    colours.set(property, value);
  }
  return value;
}

const font = "11px 'JetBrains Mono Variable', 'JetBrains Mono', monospace";

/** The two axes: figures without ticks; horizontal hairlines only. */
export function plotAxes(formatY: (value: number, step: number) => string): uPlot.Axis[] {
  const common = { font, stroke: () => themeColour('--text-faint'), ticks: { show: false } } as const;
  const whole = new Intl.NumberFormat('en-US');
  return [
    {
      ...common,
      size: 24,
      gap: 6,
      space: 72,
      grid: { show: false },
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
      values: (_, splits) => splits.map((value) => whole.format(value)),
    },
    {
      ...common,
      size: 52,
      gap: 8,
      space: 36,
      grid: { stroke: () => themeColour('--grid-line'), width: 1 },
      values: (_, splits, _axis, _space, step) => splits.map((value) => (value === null ? '' : formatY(value, step))),
    },
  ];
}

/** A line of a chart. */
export function plotLine(colour: string, options: Partial<uPlot.Series> = {}): uPlot.Series {
  return {
    stroke: () => themeColour(colour),
    width: 1.5,
    spanGaps: true,
    // A line needs two points: the first iteration is drawn as one.
    points: { show: (plot) => plot.data[0].length === 1, size: 5, fill: () => themeColour(colour), width: 0 },
    ...options,
  };
}

/** A line with a point at each value: few values, each of them measured. */
export function plotMeasured(colour: string, options: Partial<uPlot.Series> = {}): uPlot.Series {
  return plotLine(colour, {
    ...options,
    points: {
      // Where points would touch, the line says it all.
      show: (plot, series) => countPoints(plot.data[series]) * 10 * uPlot.pxRatio < plot.bbox.width,
      size: 5,
      width: 0,
      fill: () => themeColour(colour),
      stroke: () => themeColour(colour),
    },
  });
}

function countPoints(column: ArrayLike<number | null | undefined> | undefined): number {
  let count = 0;
  for (let i = 0; i < (column?.length ?? 0); i++) if (column?.[i] != null) count++;
  return count;
}
