/** Measuring how long each layer takes on the engine at hand; the graph shows it by its bars. */
import { useDataset } from '../../store/dataset.ts';
import { useDocument } from '../../store/document.ts';
import { kernelTimesOf, sumsOf, useLayerTimes } from '../../store/layer-times.ts';
import { remark } from '../../store/notices.ts';
import { listSteps, obstacleOf } from '../../store/readiness.ts';
import { useRun } from '../../store/run.ts';
import { attempt, train } from './workers.ts';

/** Why nothing can be measured now. */
export function noTimes(): string | undefined {
  const run = useRun.getState();
  if (['running', 'testing', 'preparing', 'stopping'].includes(run.state)) return 'Pause the run first.';
  if (useLayerTimes.getState().measuring) return 'The layers are being measured.';
  return obstacleOf(listSteps({ document: useDocument.getState(), dataset: useDataset.getState(), run }), run.engine);
}

/** Measures the layers of the training net. */
export async function timeLayers(): Promise<void> {
  const { netText, id } = useDocument.getState();
  useLayerTimes.setState({ measuring: true });
  try {
    const times = await attempt(() => train.call({ kind: 'time', netText }));
    // Another document has come to the front meanwhile: these are not its times.
    if (times === undefined || useDocument.getState().id !== id) return;
    const { engine } = useRun.getState();
    const device = engine.status === 'ready' ? engine.info.device : undefined;
    useLayerTimes.setState({ byLayer: sumsOf(times), byKernel: kernelTimesOf(times), device });
    remark(
      `One batch takes ${times.pass.toFixed(1)} ms forward and backward${device === undefined ? '' : ` on ${device}`}.`,
    );
  } finally {
    useLayerTimes.setState({ measuring: false });
  }
}

/** Times belong to a document: another begins without. */
export function forgetTimesWithDocument(): void {
  useDocument.subscribe((state, before) => {
    if (state.id !== before.id) useLayerTimes.setState({ byLayer: undefined, byKernel: undefined, device: undefined });
  });
}
