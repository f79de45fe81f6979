/**
 * One chart: a heading with the current values, and the curves below it. It redraws from the curves a few times a
 * second and never renders in React while a run goes on.
 */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { comparedCurves } from '../../store/compared.ts';
import { curves } from '../../store/curves.ts';
import { formatCount } from '../../store/format.ts';
import { useRun } from '../../store/run.ts';
import { useView } from '../../store/view.ts';
import { nearestValue, type Table } from './chart-data.ts';
import { plotAxes, themeColour } from './plot-style.ts';

/** A named value in the chart's heading. */
export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
  /** Column of the table whose value is shown; the last one, or the one under the pointer. */
  readonly column: number;
  /** Drawn with dashes. */
  readonly dashed?: boolean;
}

/** What makes one chart different from another. */
export interface PlotSpec {
  readonly title: string;
  readonly legend: readonly LegendEntry[];
  readonly series: readonly uPlot.Series[];
  readonly log?: boolean;
  readonly table: (width: number) => Table;
  readonly limits: (table: Table) => [number, number];
  /** `step` is the distance between two figures of the axis; 0 on a logarithmic one. */
  readonly formatAxis: (value: number, step: number) => string;
  readonly formatValue: (value: number) => string;
  /** Least milliseconds between two redraws. */
  readonly interval: number;
  /** An iteration to mark with a dotted line. */
  readonly mark?: () => { readonly iteration: number; readonly text: string } | undefined;
}

/** The chart of a specification; a new specification object makes a new chart. */
export function Plot({ spec, className }: { readonly spec: PlotSpec; readonly className?: string }) {
  const place = useRef<HTMLDivElement>(null);
  const values = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null || values.current === null) return undefined;
    return drawPlot(spec, place.current, values.current);
  }, [spec]);
  return (
    <figure className={`plot ${className ?? ''}`} aria-label={spec.title}>
      <figcaption ref={values} className="plot-head">
        <span className="plot-title">{spec.title}</span>
        {spec.legend.map(({ name, colour, column, dashed }) => (
          <span key={column} className="plot-entry">
            <i
              style={{
                background:
                  dashed === true
                    ? `repeating-linear-gradient(90deg, var(${colour}) 0 4px, transparent 4px 6px)`
                    : `var(${colour})`,
              }}
              aria-hidden
            />
            <span className="plot-name">{name}</span>
            <output data-column={column} />
          </span>
        ))}
        {spec.mark !== undefined && (
          <span className="plot-entry">
            <i className="plot-dotted" aria-hidden />
            <span className="plot-name">best</span>
            <output data-mark />
          </span>
        )}
        <output className="plot-at" data-at />
      </figcaption>
      <div ref={place} className="plot-place" />
    </figure>
  );
}

/** Makes the chart and keeps it up to date; returns the function that takes it away. */
function drawPlot(spec: PlotSpec, place: HTMLElement, head: HTMLElement): () => void {
  let table = spec.table(place.clientWidth);
  const outputs = [...head.querySelectorAll<HTMLOutputElement>('output[data-column]')];
  const at = head.querySelector('output[data-at]');
  const mark = head.querySelector('output[data-mark]');

  const showValues = (index: number | null | undefined) => {
    for (const output of outputs) {
      const column = table[Number(output.dataset['column'])] ?? [];
      const value = nearestValue(column, index ?? column.length - 1);
      output.textContent = value === undefined ? '–' : spec.formatValue(value);
    }
    const x = index == null ? undefined : table[0][index];
    if (at !== null) at.textContent = x === undefined ? '' : `at ${formatCount(x)}`;
    if (mark !== null) mark.textContent = spec.mark?.()?.text ?? '–';
  };

  const xLimits = (): [number, number] => {
    const ends = [curves, comparedCurves].flatMap((run) => [run.iteration.last() ?? 0, run.testIteration.last() ?? 0]);
    const last = Math.max(...ends);
    const { maxIter } = useRun.getState();
    return [0, useView.getState().wholeRun && maxIter > 0 ? Math.max(maxIter, last) : Math.max(10, last * 1.02)];
  };

  const plot = new uPlot(
    {
      width: Math.max(80, place.clientWidth),
      height: Math.max(60, place.clientHeight),
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 6, width: 0 },
        drag: { x: false, y: false },
        sync: { key: 'run', scales: ['x', null] },
      },
      scales: {
        x: { time: false, range: xLimits },
        y: { distr: spec.log === true ? 3 : 1, range: () => spec.limits(table) },
      },
      axes: plotAxes(spec.formatAxis),
      series: [{}, ...spec.series],
      hooks: {
        setCursor: [(u) => showValues(u.cursor.idx)],
        drawSeries: [(u, index) => index === spec.series.length && drawMark(u, spec.mark?.()?.iteration)],
      },
    },
    table,
    place,
  );
  showValues(undefined);

  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  const draw = () => {
    timer = undefined;
    frame = requestAnimationFrame(() => {
      table = spec.table(place.clientWidth);
      plot.setData(table);
      showValues(plot.cursor.idx);
    });
  };
  const schedule = () => (timer ??= setTimeout(draw, spec.interval));

  const stops = [
    curves.subscribe(schedule),
    comparedCurves.subscribe(schedule),
    useView.subscribe((now, before) => {
      if (now.shownTheme !== before.shownTheme) plot.redraw();
      if (now.wholeRun !== before.wholeRun || now.smoothing !== before.smoothing) schedule();
    }),
  ];
  const resize = new ResizeObserver(() => {
    if (place.clientWidth === 0) return;
    plot.setSize({ width: place.clientWidth, height: Math.max(60, place.clientHeight) });
    schedule();
  });
  resize.observe(place);
  // Text drawn before the face is there stays in the fallback face.
  void document.fonts.ready.then(() => plot.redraw(false, true));

  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    resize.disconnect();
    for (const stop of stops) stop();
    plot.destroy();
  };
}

function drawMark(plot: uPlot, iteration: number | undefined): void {
  if (iteration === undefined) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(iteration, 'x', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = themeColour('--curve-best');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
