/** Sentences under the bar: failures that belong to no panel, each until it is dismissed; and that there is no WebGPU or no engine. */
import { Info, X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { dismiss, useNotices } from '../store/notices.ts';
import { useRun, type EngineStatus } from '../store/run.ts';

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
  const sentence = useRun(({ engine }) => missingSentence(engine));
  const [dismissed, setDismissed] = useState(false);
  if (sentence === undefined || dismissed) return null;
  return (
    <div className="notice notice-engine" role="status">
      <Info aria-hidden />
      <span className="copyable">{sentence}</span>
      <IconButton label="Dismiss" small onClick={() => setDismissed(true)}>
        <X />
      </IconButton>
    </div>
  );
}

/** What this browser lacks for training, and what follows; undefined where it lacks nothing. */
function missingSentence(engine: EngineStatus): string | undefined {
  if (engine.status === 'none')
    return `Training is not possible here: ${engine.reason} Everything else works: design, shapes, data, export.`;
  if (engine.status === 'ready' && engine.info.kind === 'wasm' && !('gpu' in navigator))
    return `${engine.reason} The processor trains instead.`;
  return undefined;
}
