/** Finding the engine to train on, and changing it. */
import { notify } from '../../store/notices.ts';
import { useRun } from '../../store/run.ts';
import { useView } from '../../store/view.ts';
import { failureOf } from '../../workers/failure.ts';
import type { EngineChoice } from '../../workers/protocol.ts';
import { train } from './workers.ts';

/** Opens the engine that the user wants, and shows what it is or why there is none. */
export async function findEngine(): Promise<void> {
  useRun.setState({ engine: { status: 'probing' } });
  try {
    const view = await train.call({ kind: 'engine', choice: useView.getState().engineChoice });
    useRun.setState({ engine: { status: 'ready', ...view } });
  } catch (error) {
    const failure = failureOf(error);
    useRun.setState({ engine: { status: 'none', reason: failure.message } });
    if (failure.code === 'bug') notify(failure);
  }
}

/** Changes the engine; the next run uses it. */
export async function chooseEngine(engineChoice: EngineChoice): Promise<void> {
  useView.setState({ engineChoice });
  await findEngine();
}
