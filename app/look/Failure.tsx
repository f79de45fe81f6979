/** A failure's sentence, shown where it happened. */
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { WorkerFailure } from '../workers/protocol.ts';

/** Shows a failure, or nothing. A bug is called one, so that nobody looks for the mistake in their own files. */
export function Failure({
  failure,
  action,
}: {
  readonly failure: Pick<WorkerFailure, 'code' | 'message'> | undefined;
  readonly action?: ReactNode;
}) {
  if (failure === undefined) return null;
  return (
    <div className="failure" role="alert">
      <CircleAlert aria-hidden />
      <span>
        {failure.code === 'bug' ? `Crema failed where it should not have: ${failure.message}` : failure.message}
      </span>
      {action}
    </div>
  );
}
