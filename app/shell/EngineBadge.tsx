/** What computes, why that, and the choice of another. */
import { Popover } from 'radix-ui';
import { classes, Segmented } from '../look/controls.tsx';
import { isActive, useRun } from '../store/run.ts';
import { useView } from '../store/view.ts';
import { chooseEngine } from './commands/engine.ts';

/** The badge of the bar; opened, it says more. */
export function EngineBadge() {
  const engine = useRun((state) => state.engine);
  const busy = useRun((state) => isActive(state.state));
  const choice = useView((state) => state.engineChoice);
  const tuneKernels = useView((state) => state.tuneKernels);
  const { label, short } = badge(engine);
  return (
    <Popover.Root>
      <Popover.Trigger className={classes('engine-badge', `engine-${engine.status}`)} aria-label={`Engine: ${label}`}>
        <span className="engine-dot" aria-hidden />
        <span className="engine-short">{short}</span>
        <span className="engine-long">{label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover engine-popover"
          aria-label="Engine"
          sideOffset={8}
          collisionPadding={8}
          align="end"
        >
          <h2>{label}</h2>
          <p>{explanation(engine)}</p>
          {busy ? (
            <p>Stop the run to train on another engine.</p>
          ) : (
            <Segmented
              small
              label="Engine"
              value={choice}
              options={[
                { value: 'auto', label: 'Automatic' },
                { value: 'webgpu', label: 'WebGPU' },
                { value: 'wasm', label: 'Processor' },
              ]}
              onChange={(chosen) => void chooseEngine(chosen)}
            />
          )}
          {engine.status === 'ready' && engine.info.kind === 'webgpu' && !engine.info.software && (
            <label className="engine-tune">
              <input
                type="checkbox"
                checked={tuneKernels}
                onChange={(event) => useView.setState({ tuneKernels: event.target.checked })}
              />
              Tune kernels for this GPU before a run (up to three seconds, once for each network)
            </label>
          )}
          <p>
            <a href="#/selftest" target="_blank" rel="noopener">
              Test the engines of this browser
            </a>
          </p>
          <Popover.Arrow className="popover-arrow" />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Engine = ReturnType<typeof useRun.getState>['engine'];

function badge(engine: Engine): { readonly label: string; readonly short: string } {
  switch (engine.status) {
    case 'probing':
      return { label: 'Looking for a GPU', short: 'GPU' };
    case 'none':
      return { label: 'No engine', short: 'None' };
    case 'ready': {
      const { kind, device, software } = engine.info;
      if (kind === 'wasm') return { label: device, short: 'CPU' };
      return { label: `WebGPU · ${software ? 'software' : device}`, short: software ? 'Software' : 'WebGPU' };
    }
  }
}

function explanation(engine: Engine): string {
  switch (engine.status) {
    case 'probing':
      return 'The browser is being asked for a graphics processor to train on.';
    case 'none':
      return `Training and classifying are not possible: ${engine.reason} Everything else works.`;
    case 'ready':
      return `${engine.reason} Training runs in workers of its own, and nothing leaves this machine.`;
  }
}
