/** The Charts tab: loss, accuracy and learning rate of the run, or what to do when there is none. */
import { Slider } from 'radix-ui';
import { useEffect, useMemo, useState } from 'react';
import { Segmented } from '../../look/controls.tsx';
import { useObstacle } from '../../shell/RunControls.tsx';
import { curves } from '../../store/curves.ts';
import { formatFigure, formatLoss, formatPercent, formatStep } from '../../store/format.ts';
import { useView } from '../../store/view.ts';
import { accuracyTable, bestTest, lossLimits, lossTable, rateTable } from './chart-data.ts';
import { Plot, type PlotSpec } from './Plot.tsx';
import { plotLine, plotMeasured } from './plot-style.ts';

/** The three charts side by side. */
export function ChartsTab() {
  const empty = useNoCurves();
  const log = useView((state) => state.logLoss);
  const loss = useMemo(() => lossSpec(log), [log]);
  if (empty) {
    return <NoCurves />;
  }
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

function lossSpec(log: boolean): PlotSpec {
  return {
    title: 'Loss',
    interval: 100,
    log,
    legend: [
      { name: 'train', colour: '--curve-train', column: 2 },
      { name: 'test', colour: '--curve-test', column: 3 },
    ],
    series: [
      plotLine('--curve-train-raw', { width: 1 }),
      plotLine('--curve-train', { width: 1.75 }),
      plotMeasured('--curve-test'),
    ],
    table: (width) => lossTable(curves, useView.getState().smoothing, width),
    limits: (table) => lossLimits(table, log),
    formatAxis: (value, step) => (log ? formatFigure(value, 2) : formatStep(value, step)),
    formatValue: formatLoss,
  };
}

const accuracy: PlotSpec = {
  title: 'Accuracy',
  interval: 400,
  legend: [{ name: 'test', colour: '--curve-test', column: 1 }],
  series: [plotMeasured('--curve-test')],
  table: () => accuracyTable(curves),
  limits: () => [0, 1],
  formatAxis: (value) => `${Math.round(value * 100)}%`,
  formatValue: formatPercent,
  mark: () => {
    const best = bestTest(curves);
    return best === undefined ? undefined : { iteration: best.iteration, text: formatPercent(best.accuracy) };
  },
};

const rate: PlotSpec = {
  title: 'Learning rate',
  interval: 400,
  legend: [{ name: 'rate', colour: '--curve-train', column: 1 }],
  series: [plotLine('--curve-train')],
  table: (width) => rateTable(curves, width),
  limits: ([, rates = []]) => [0, rates.reduce<number>((a, b) => Math.max(a, b ?? 0), 0) * 1.2 || 1],
  formatAxis: formatStep,
  formatValue: (value) => formatFigure(value, 3),
};

function useNoCurves(): boolean {
  const [empty, setEmpty] = useState(curves.empty);
  useEffect(() => curves.subscribe(() => setEmpty(curves.empty)), []);
  return empty;
}
