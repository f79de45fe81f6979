/** A run of the self-test, as the page sees it: started, followed, cancelled. */
import { useEffect, useRef, useState } from 'react';
import { goldenSetFile } from './golden-set.ts';
import type { SelfTestEvent, SelfTestRequest } from './protocol.ts';
import type { EngineResult, MachineFacts, SelfTestChoice } from './result.ts';

/** A run, under way or over. */
export interface SelfTestRun {
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly choice: SelfTestChoice;
  readonly machine: MachineFacts | undefined;
  /** In the order in which the engines were tested. */
  readonly engines: readonly EngineResult[];
  /** Why it failed as a whole. */
  readonly failure: string | undefined;
}

export interface SelfTestControl {
  /** Undefined before the first. */
  readonly run: SelfTestRun | undefined;
  readonly start: (choice: SelfTestChoice) => void;
  readonly cancel: () => void;
}

/** The page's one run; a new one takes its place. */
export function useSelfTest(): SelfTestControl {
  const [run, setRun] = useState<SelfTestRun>();
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  const change = (how: (run: SelfTestRun) => SelfTestRun) => setRun((before) => before && how(before));
  const end = (state: SelfTestRun['state'], failure?: string) => {
    stop.current?.();
    stop.current = undefined;
    change((before) => ({ ...before, state, failure }));
  };
  const take = (event: SelfTestEvent) => {
    switch (event.kind) {
      case 'machine':
        return change((before) => ({ ...before, machine: event.machine }));
      case 'engine':
        return change((before) => ({ ...before, engines: withResult(before.engines, event.result) }));
      case 'done':
        return end('done');
      case 'failed':
        return end('failed', event.message);
    }
  };

  return {
    run,
    start: (choice) => {
      stop.current?.();
      setRun({ state: 'running', choice, machine: undefined, engines: [], failure: undefined });
      stop.current = startWorker(choice, take);
    },
    cancel: () => end('cancelled'),
  };
}

const withResult = (engines: readonly EngineResult[], result: EngineResult): EngineResult[] =>
  engines.some(({ id }) => id === result.id)
    ? engines.map((engine) => (engine.id === result.id ? result : engine))
    : [...engines, result];

/** Starts a worker on the golden set; returns what ends it. */
function startWorker(choice: SelfTestChoice, take: (event: SelfTestEvent) => void): () => void {
  const worker = new Worker(new URL('../workers/selftest.worker.ts', import.meta.url), {
    type: 'module',
    name: 'selftest',
  });
  let ended = false;
  const tell = (event: SelfTestEvent) => {
    if (!ended) take(event);
  };
  worker.onmessage = (message: MessageEvent<SelfTestEvent>) => tell(message.data);
  worker.onerror = (event) =>
    tell({ kind: 'failed', message: event.message || "The self-test's worker could not be loaded: reload the page." });
  fetchGoldenSet().then(
    (goldenSet) => worker.postMessage({ choice, goldenSet } satisfies SelfTestRequest, [goldenSet.buffer]),
    (error: unknown) => tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
  return () => {
    ended = true;
    worker.terminate();
  };
}

async function fetchGoldenSet(): Promise<Uint8Array<ArrayBuffer>> {
  // The file keeps its name from one version of the page to the next.
  const answer = await fetch(goldenSetFile, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${goldenSetFile} could not be fetched (${answer.status}). Try again.`);
  return new Uint8Array(await answer.arrayBuffer());
}
