/** The self-test's page: choose, run, read the table, copy the report. */
import { Check, Copy, Play, Square } from 'lucide-react';
import { useState } from 'react';
import { Button, ProgressBar, Segmented } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { reportOf } from './report.ts';
import type { SelfTestChoice } from './result.ts';
import { ResultTable } from './ResultTable.tsx';
import { useSelfTest, type SelfTestRun } from './use-self-test.ts';
import './selftest.css';

/** The whole page. */
export function SelfTestPage() {
  const { run, start, cancel } = useSelfTest();
  const [choice, setChoice] = useState<SelfTestChoice>({ cases: 'quick', engines: 'all' });
  const running = run?.state === 'running';
  return (
    <main className="selftest">
      <header>
        <h1>Self-test</h1>
        <a href="#/">Open Crema</a>
      </header>
      <p>
        Computes small networks on each engine of this browser and compares every number with what Caffe computed, then
        times a matrix product. Nothing leaves this machine. If something is wrong here, or your hardware is unusual,
        send us the report.
      </p>
      <div className="selftest-controls">
        <Segmented
          label="Cases"
          value={choice.cases}
          options={[
            { value: 'quick', label: 'Quick' },
            { value: 'whole', label: 'Whole set' },
          ]}
          onChange={(cases) => setChoice({ ...choice, cases })}
        />
        <Segmented
          label="Engines"
          value={choice.engines}
          options={[
            { value: 'all', label: 'All engines' },
            { value: 'processor', label: 'Processor' },
            { value: 'webgpu', label: 'WebGPU' },
          ]}
          onChange={(engines) => setChoice({ ...choice, engines })}
        />
        {running ? (
          <Button icon={<Square aria-hidden />} onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button tone="primary" icon={<Play aria-hidden />} onClick={() => start(choice)}>
            Run the test
          </Button>
        )}
      </div>
      {run !== undefined && <Run run={run} />}
    </main>
  );
}

function Run({ run }: { readonly run: SelfTestRun }) {
  const report = run.machine === undefined ? undefined : reportOf(run.machine, choiceText(run), run.engines);
  return (
    <>
      <p role="status" className="selftest-state">
        {stateText(run)}
      </p>
      {run.state === 'running' && <Progress run={run} />}
      {run.failure !== undefined && <Failure failure={{ code: 'engine', message: run.failure }} />}
      <ResultTable engines={run.engines} ended={run.state !== 'running'} />
      {report !== undefined && run.state !== 'running' && <Report text={report} />}
    </>
  );
}

function Progress({ run }: { readonly run: SelfTestRun }) {
  const engine = run.engines.at(-1);
  // The product is one step more.
  return <ProgressBar label="Self-test" done={engine?.done ?? 0} total={engine === undefined ? 0 : engine.total + 1} />;
}

function Report({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState<'yes' | 'refused'>();
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied('yes'),
      // Some browsers ask, and the user may say no: the text is below.
      () => setCopied('refused'),
    );
  return (
    <section aria-label="Report" className="selftest-report">
      <div className="selftest-controls">
        <Button icon={copied === 'yes' ? <Check aria-hidden /> : <Copy aria-hidden />} onClick={() => void copy()}>
          {copied === 'yes' ? 'Copied' : 'Copy report'}
        </Button>
        {copied === 'refused' && (
          <span role="alert">The browser did not allow it. Select the text below and copy it by hand.</span>
        )}
      </div>
      <pre className="copyable figures">{text}</pre>
    </section>
  );
}

const choiceText = ({ choice, state }: SelfTestRun): string =>
  `${choice.cases === 'quick' ? 'quick' : 'whole set'}${state === 'cancelled' ? ', cancelled' : ''}`;

function stateText({ state, engines }: SelfTestRun): string {
  const engine = engines.at(-1);
  switch (state) {
    case 'running':
      if (engine === undefined) return 'Fetching the cases';
      if (engine.device === undefined) return `${engine.title}: starting`;
      return engine.done < engine.total
        ? `${engine.title}: case ${engine.done + 1} of ${engine.total}`
        : `${engine.title}: matrix product`;
    case 'done':
      return 'Done';
    case 'cancelled':
      return 'Cancelled';
    case 'failed':
      return 'The test could not be run';
  }
}
