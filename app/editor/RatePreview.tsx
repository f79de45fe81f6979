/**
 * The learning rate that the solver plans, drawn under its text as one types, with the iterations at which it tests and keeps
 * a snapshot. The pointer, or the arrow keys, tell the rate of an iteration.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { learningRate } from '../caffe/solver/lr-policy.ts';
import type { RatePlan } from '../caffe/solver/lr-preview.ts';
import { useDocument } from '../store/document.ts';
import { formatCount, formatFigure } from '../store/format.ts';
import { describePlan, marksEvery, rateChart, type RateChart } from './rate-chart.ts';

/** Room around the drawing, in pixels: figures at the left and below. */
const inset = { left: 60, right: 16, top: 8, bottom: 34 };
const height = 128;

/** The drawing, or what the text lacks for it. */
export function RatePreview() {
  const solver = useDocument((state) => state.solver);
  const plan = useKept(solver?.rates);
  const [place, width] = useWidth();
  const [at, setAt] = useState<number>();
  const box = { width: Math.max(40, width - inset.left - inset.right), height: height - inset.top - inset.bottom };
  const chart = useMemo(
    () => plan && rateChart(plan, { width: box.width, height: box.height }),
    [plan, box.width, box.height],
  );
  const iteration = plan && at !== undefined ? Math.min(at, plan.iterations - 1) : undefined;
  return (
    <section className="rate" aria-label="Planned learning rate">
      <div className="rate-head">
        <span className="rate-title">Learning rate</span>
        {plan !== undefined && (
          <output className="figures">
            {iteration === undefined ? summary(plan) : `${rateText(plan, iteration)} at ${formatCount(iteration)}`}
          </output>
        )}
      </div>
      <div ref={place} className="rate-place">
        {plan === undefined || chart === undefined ? (
          <p className="rate-none">
            {plan === undefined
              ? 'Drawn here once the text has base_lr, lr_policy with its settings, and max_iter.'
              : 'The rate grows beyond all numbers within these iterations: is gamma above 1?'}
          </p>
        ) : (
          <Drawing
            plan={plan}
            chart={chart}
            box={box}
            at={iteration}
            onMove={setAt}
            tests={marksEvery(solver?.testInterval ?? 0, plan.iterations, box.width / 6)}
            snapshots={marksEvery(solver?.snapshot ?? 0, plan.iterations, box.width / 6)}
          />
        )}
      </div>
    </section>
  );
}

const rateText = ({ settings }: RatePlan, iteration: number): string =>
  formatFigure(learningRate(settings, iteration), 4);

/** `0.001`, or `0.01 → 0.0001`. */
function summary(plan: RatePlan): string {
  const [first, last] = [rateText(plan, 0), rateText(plan, plan.iterations - 1)];
  return first === last ? `${first} · ${plan.settings.lrPolicy}` : `${first} → ${last} · ${plan.settings.lrPolicy}`;
}

interface DrawingProps {
  readonly plan: RatePlan;
  readonly chart: RateChart;
  readonly box: { readonly width: number; readonly height: number };
  readonly at: number | undefined;
  readonly onMove: (iteration: number | undefined) => void;
  readonly tests: readonly number[];
  readonly snapshots: readonly number[];
}

function Drawing({ plan, chart, box, at, onMove, tests, snapshots }: DrawingProps) {
  const last = plan.iterations - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = iterationAfter(event.key, at ?? 0, last);
    if (to === undefined) return;
    event.preventDefault();
    onMove(to);
  };
  const x = at === undefined ? undefined : chart.x(at);
  const y = at === undefined ? undefined : chart.y(learningRate(plan.settings, at));
  return (
    <div
      className="rate-slider"
      role="slider"
      tabIndex={0}
      aria-label={describePlan(plan)}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at ?? 0}
      aria-valuetext={`${rateText(plan, at ?? 0)} at iteration ${formatCount(at ?? 0)}`}
      onKeyDown={onKeyDown}
      onBlur={() => onMove(undefined)}
      onPointerMove={({ currentTarget, clientX }) =>
        onMove(chart.iterationAt(clientX - currentTarget.getBoundingClientRect().left - inset.left))
      }
      onPointerLeave={() => onMove(undefined)}
    >
      <svg width={box.width + inset.left + inset.right} height={height} aria-hidden>
        <g transform={`translate(${inset.left} ${inset.top})`}>
          {chart.labels.map(({ rate, y: level }) => (
            <g key={rate}>
              <line className="rate-grid" x1={0} x2={box.width} y1={level + 0.5} y2={level + 0.5} />
              <text className="rate-figure" x={-8} y={level + 4} textAnchor="end">
                {formatFigure(rate, 2)}
              </text>
            </g>
          ))}
          {tests.map((mark) => (
            <line
              key={mark}
              className="rate-test"
              x1={chart.x(mark)}
              x2={chart.x(mark)}
              y1={box.height}
              y2={box.height + 4}
            />
          ))}
          {snapshots.map((mark) => (
            <path key={mark} className="rate-snapshot" d={`M${chart.x(mark)},${box.height - 5}l3,5h-6z`} />
          ))}
          <path className="rate-curve" d={chart.path} />
          {x !== undefined && y !== undefined && (
            <>
              <line className="rate-cursor" x1={x} x2={x} y1={0} y2={box.height} />
              <circle className="rate-dot" cx={x} cy={y} r={3} />
            </>
          )}
          <text className="rate-figure" x={0} y={box.height + 17}>
            0
          </text>
          <text className="rate-figure" x={box.width} y={box.height + 17} textAnchor="end">
            {formatCount(plan.iterations)}
          </text>
          <Key chart={chart} box={box} tests={tests} snapshots={snapshots} />
        </g>
      </svg>
    </div>
  );
}

/** What the marks mean, between the two ends of the axis. */
function Key({ chart, box, tests, snapshots }: Pick<DrawingProps, 'chart' | 'box' | 'tests' | 'snapshots'>) {
  const parts = [
    ...(tests[0] === undefined ? [] : [`| test every ${formatCount(tests[0])}`]),
    ...(snapshots[0] === undefined ? [] : [`▲ snapshot every ${formatCount(snapshots[0])}`]),
    ...(chart.logarithmic ? ['log scale'] : []),
  ];
  return (
    <text className="rate-key" x={box.width / 2} y={box.height + 17} textAnchor="middle">
      {parts.join('   ')}
    </text>
  );
}

/** The iteration that a key goes to: one further, a twentieth of the run, or an end. */
function iterationAfter(key: string, at: number, last: number): number | undefined {
  const page = Math.max(1, Math.round(last / 20));
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: 1,
    ArrowUp: 1,
    ArrowLeft: -1,
    ArrowDown: -1,
    PageUp: page,
    PageDown: -page,
    Home: -last,
    End: last,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(last, at + step));
}

/** The plan, the same object while nothing of it changes: every analysis brings a new one. */
function useKept(plan: RatePlan | undefined): RatePlan | undefined {
  const key = JSON.stringify(plan);
  return useMemo(() => (key === undefined ? undefined : (JSON.parse(key) as RatePlan)), [key]);
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(320);
  useEffect(() => {
    if (ref.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(entry.contentRect.width);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
