/** Sentences under the bar: failures that belong to no panel, each until it is dismissed; and that there is no WebGPU. */
import { Info, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { dismiss, useNotices } from '../store/notices.ts';
import { useRun } from '../store/run.ts';
import { noEngineSentence } from './EngineBadge.tsx';

/** The strip under the bar; nothing when there is nothing to say. */
export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <>
      <NoEngine />
      {notices.map(({ id, message }) => (
        <div key={id} className="notice">
          <Failure
            failure={{ code: 'net', message }}
            action={
              <IconButton label="Dismiss" small onClick={() => dismiss(id)}>
                <X />
              </IconButton>
            }
          />
        </div>
      ))}
    </>
  );
}

function NoEngine() {
  const reason = useRun(({ engine }) => (engine.status === 'none' ? engine.reason : undefined));
  const [dismissed, setDismissed] = useState(false);
  if (reason === undefined || dismissed) return null;
  return (
    <div className="notice notice-engine" role="status">
      <Info aria-hidden />
      <span className="copyable">{noEngineSentence(reason)} Everything else works: design, shapes, data, export.</span>
      <IconButton label="Dismiss" small onClick={() => setDismissed(true)}>
        <X />
      </IconButton>
    </div>
  );
}
