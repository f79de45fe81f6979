/** Sentences under the bar: failures that belong to no panel, each until it is dismissed; and that there is no WebGPU or no engine. */
import { Info, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { dismiss, useNotices, type Notice } from '../store/notices.ts';
import { useRun, type EngineStatus } from '../store/run.ts';

/** The strip under the bar; nothing when there is nothing to say. */
export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <>
      <NoEngine />
      {notices.map((notice) => (
        <Sentence key={notice.id} notice={notice} />
      ))}
    </>
  );
}

function Sentence({ notice: { id, message, tone, action } }: { readonly notice: Notice }) {
  const close = (
    <IconButton label="Dismiss" small onClick={() => dismiss(id)}>
      <X />
    </IconButton>
  );
  if (tone === 'failure') {
    return (
      <div className="notice">
        <Failure failure={{ code: 'net', message }} action={close} />
      </div>
    );
  }
  return (
    <div className="notice notice-remark" role="status">
      <Info aria-hidden />
      <span className="copyable">{message}</span>
      {action !== undefined && (
        <Button
          small
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      {close}
    </div>
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
