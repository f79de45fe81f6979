/** The Charts tab: loss, accuracy and learning rate of the run, or what to do when there is none. */
import { Diff, X } from 'lucide-react';
import { Slider } from 'radix-ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button, IconButton, Segmented } from '../../look/controls.tsx';
import { compareWith, restoreCompared, stopComparing } from '../../shell/commands/compare.ts';
import { useObstacle } from '../../shell/RunControls.tsx';
import { comparedCurves, useCompared } from '../../store/compared.ts';
import { curves } from '../../store/curves.ts';
import { formatFigure, formatLoss, formatPercent, formatStep } from '../../store/format.ts';
import { useView } from '../../store/view.ts';
import { accuracyTable, bestTest, lossLimits, lossTable, rateTable } from './chart-data.ts';
import { Plot, type LegendEntry, type PlotSpec } from './Plot.tsx';
import { plotLine, plotMeasured } from './plot-style.ts';
import './charts.css';

/** The three charts side by side. */
export function ChartsTab() {
  const empty = useNoCurves();
  const log = useView((state) => state.logLoss);
  const other = useCompared((state) => state.name);
  const loss = useMemo(() => lossSpec(log, other), [log, other]);
  const accuracy = useMemo(() => accuracySpec(other), [other]);
  const rate = useMemo(() => rateSpec(other), [other]);
  useEffect(restoreCompared, []);
  if (empty && other === undefined) return <NoCurves />;
  return (
    <div className="charts">
      <Plot spec={loss} className="plot-loss" />
      <Plot spec={accuracy} />
      <Plot spec={rate} />
    </div>
  );
}

function NoCurves() {
  const obstacle = useObstacle();
  return (
    <div className="empty">
      <strong>No run yet</strong>
      <p>
        {obstacle === undefined ? 'Press Train in the bar.' : `Training waits: ${obstacle}`} The loss of every iteration
        is drawn here as it falls, with test loss, accuracy and learning rate beside it.
      </p>
    </div>
  );
}

/** The charts' settings, at the right of the tabs. */
export function ChartControls() {
  const smoothing = useView((state) => state.smoothing);
  const log = useView((state) => state.logLoss);
  const wholeRun = useView((state) => state.wholeRun);
  return (
    <div className="chart-controls">
      <Comparison />
      <label className="chart-smoothing">
        <span>Smoothing</span>
        <Slider.Root
          className="slider"
          min={0}
          max={0.99}
          step={0.01}
          value={[smoothing]}
          onValueChange={([value]) => {
            if (value !== undefined) useView.setState({ smoothing: value });
          }}
        >
          <Slider.Track className="slider-track">
            <Slider.Range className="slider-range" />
          </Slider.Track>
          <Slider.Thumb className="slider-thumb" aria-label="Smoothing of the training loss" />
        </Slider.Root>
        <span className="figures chart-smoothing-value">{smoothing.toFixed(2)}</span>
      </label>
      <Segmented
        small
        label="Length of the x axis"
        value={wholeRun ? 'whole' : 'so far'}
        options={[
          { value: 'so far', label: 'So far' },
          { value: 'whole', label: 'Whole run' },
        ]}
        onChange={(chosen) => useView.setState({ wholeRun: chosen === 'whole' })}
      />
      <Segmented
        small
        label="Scale of the loss axis"
        value={log ? 'log' : 'linear'}
        options={[
          { value: 'linear', label: 'Linear' },
          { value: 'log', label: 'Log' },
        ]}
        onChange={(chosen) => useView.setState({ logLoss: chosen === 'log' })}
      />
    </div>
  );
}

/** The run that is compared with: chosen, named, taken away. */
function Comparison() {
  const name = useCompared((state) => state.name);
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      {name === undefined ? (
        <Button
          small
          tone="quiet"
          icon={<Diff />}
          title="Puts the curves of another run on the charts: losses.csv of an exported project, a table that Crema exported, or Caffe’s log"
          onClick={() => chooser.current?.click()}
        >
          Compare
        </Button>
      ) : (
        <span className="chart-compared" title={name}>
          <i aria-hidden />
          <span>{name}</span>
          <IconButton label={`Stop comparing with ${name}`} small onClick={() => void stopComparing()}>
            <X />
          </IconButton>
        </span>
      )}
      <input
        ref={chooser}
        type="file"
        accept=".csv,.log,.txt,.jsonl,.train,.test"
        multiple
        hidden
        data-testid="compared-files"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          void compareWith(files);
        }}
      />
    </>
  );
}

const OTHER = '--curve-other';
/** Dashes tell the other run apart without colour. */
const otherLine = (options: Parameters<typeof plotLine>[1] = {}) => plotLine(OTHER, { dash: [5, 3], ...options });

/** The other run's entry in a legend, where there is one: its file is named once, above the charts. */
const otherEntry = (name: string | undefined, column: number): readonly LegendEntry[] =>
  name === undefined ? [] : [{ name: 'other', colour: OTHER, column, dashed: true }];

function lossSpec(log: boolean, other: string | undefined): PlotSpec {
  return {
    title: 'Loss',
    interval: 100,
    log,
    legend: [
      { name: 'train', colour: '--curve-train', column: 2 },
      { name: 'test', colour: '--curve-test', column: 3 },
      ...otherEntry(other, 4),
    ],
    series: [
      plotLine('--curve-train-raw', { width: 1 }),
      plotLine('--curve-train', { width: 1.75 }),
      plotMeasured('--curve-test'),
      ...(other === undefined ? [] : [otherLine({ width: 1.75 }), plotMeasured(OTHER, { dash: [2, 3] })]),
    ],
    table: (width) => lossTable(curves, useView.getState().smoothing, width, shown(other)),
    limits: (table) => lossLimits(table, log),
    formatAxis: (value, step) => (log ? formatFigure(value, 2) : formatStep(value, step)),
    formatValue: formatLoss,
  };
}

/** The other run's points, where one is compared with. */
const shown = (other: string | undefined) => (other === undefined ? undefined : comparedCurves);

const accuracySpec = (other: string | undefined): PlotSpec => ({
  title: 'Accuracy',
  interval: 400,
  legend: [{ name: 'test', colour: '--curve-test', column: 1 }, ...otherEntry(other, 2)],
  series: [plotMeasured('--curve-test'), ...(other === undefined ? [] : [plotMeasured(OTHER, { dash: [5, 3] })])],
  table: () => accuracyTable(curves, shown(other)),
  limits: () => [0, 1],
  formatAxis: (value) => `${Math.round(value * 100)}%`,
  formatValue: formatPercent,
  mark: () => {
    const best = bestTest(curves);
    return best === undefined ? undefined : { iteration: best.iteration, text: formatPercent(best.accuracy) };
  },
});

const rateSpec = (other: string | undefined): PlotSpec => ({
  title: 'Learning rate',
  interval: 400,
  legend: [{ name: 'rate', colour: '--curve-train', column: 1 }, ...otherEntry(other, 2)],
  series: [plotLine('--curve-train'), ...(other === undefined ? [] : [otherLine()])],
  table: (width) => rateTable(curves, width, shown(other)),
  limits: ([, ...rates]) => [0, rates.flat().reduce<number>((a, b) => Math.max(a, b ?? 0), 0) * 1.2 || 1],
  formatAxis: formatStep,
  formatValue: (value) => formatFigure(value, 3),
});

function useNoCurves(): boolean {
  const [empty, setEmpty] = useState(curves.empty);
  useEffect(() => curves.subscribe(() => setEmpty(curves.empty)), []);
  return empty;
}
