/** The page's workers, one client each; a worker starts with its first call. */
import { failureOf } from '../../workers/failure.ts';
import { dataClient, languageClient, trainClient } from '../../workers/client.ts';
import type { DataEvent, WorkerFailure } from '../../workers/protocol.ts';
import { useDataset } from '../../store/dataset.ts';
import { notify } from '../../store/notices.ts';
import { takeTrainEvent } from '../../store/run-events.ts';

/** The data worker. */
export const data = dataClient(takeDataEvent);
/** The train worker. */
export const train = trainClient(takeTrainEvent);
/** The language worker. */
export const language = languageClient();

function takeDataEvent(event: DataEvent): void {
  if (event.kind === 'notice') notify(event.failure);
  else {
    const { kind, ...progress } = event;
    useDataset.setState(kind === 'progress' ? { job: progress } : { examining: progress });
  }
}

/**
 * Runs a command and hands what goes wrong to `onFailure` (by default a notice under the bar); a command that was
 * cancelled fails silently. Resolves with undefined after a failure.
 */
export async function attempt<T>(
  work: () => Promise<T>,
  onFailure: (failure: WorkerFailure) => void = notify,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== 'cancelled') onFailure(failure);
    return undefined;
  }
}
