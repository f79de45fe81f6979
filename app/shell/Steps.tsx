/** Caffe's four steps: status and navigation at once. Each brings up the panel where it is done. */
import { Check, ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { classes, Hint } from '../look/controls.tsx';
import { useDataset } from '../store/dataset.ts';
import { useDocument } from '../store/document.ts';
import { listSteps, type Step, type StepName } from '../store/readiness.ts';
import { useRun } from '../store/run.ts';
import { useView } from '../store/view.ts';

/** The steps as they stand, for whoever needs them. */
export function useSteps(): ReturnType<typeof listSteps> {
  const document = useDocument(
    useShallow(({ nets, solver, netText, solverText }) => ({ nets, solver, netText, solverText })),
  );
  const dataset = useDataset(useShallow(({ opened, job }) => ({ opened, job: job === undefined ? undefined : busy })));
  const run = useRun(useShallow(({ engine, state, iteration, maxIter }) => ({ engine, state, iteration, maxIter })));
  return useMemo(() => listSteps({ document, dataset, run }), [document, dataset, run]);
}

/** Stands for any job: the steps show that there is one, not how far it is. */
const busy = { done: 0, total: 0, what: '' };

/** The four steps of the bar. */
export function Steps() {
  const steps = useSteps();
  return (
    <nav className="steps" aria-label="Steps">
      <ol>
        {steps.map((step, i) => (
          <li key={step.name}>
            {i > 0 && <ChevronRight className="step-arrow" aria-hidden />}
            <StepButton step={step} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StepButton({ step }: { readonly step: Step }) {
  return (
    <Hint text={step.reason ?? `${step.title}: ${step.fact}`}>
      <button
        type="button"
        className={classes('step', `step-${step.status}`)}
        data-step={step.name}
        data-status={step.status}
        onClick={() => showStep(step.name)}
      >
        {step.status === 'ready' ? (
          <Check className="step-mark" aria-label="ready" />
        ) : (
          <span className="step-mark" role="img" aria-label={step.status === 'busy' ? 'in progress' : 'missing'} />
        )}
        <span className="step-text">
          <span className="step-title">{step.title}</span>
          <span className="step-fact">{step.fact}</span>
        </span>
      </button>
    </Hint>
  );
}

function showStep(step: StepName): void {
  const { showMonitor, showText } = useView.getState();
  switch (step) {
    case 'data':
      return showMonitor('data');
    case 'net':
      return showText('network');
    case 'solver':
      return showText('solver');
    case 'train':
      return showMonitor('charts');
  }
}
