/** What computes: the adapter's name, or that there is none and which browsers have one. */
import { Popover } from 'radix-ui';
import { classes } from '../look/controls.tsx';
import { useRun } from '../store/run.ts';

/** The badge of the bar; opened, it says more. */
export function EngineBadge() {
  const engine = useRun((state) => state.engine);
  const { label, short } = badge(engine);
  return (
    <Popover.Root>
      <Popover.Trigger className={classes('engine-badge', `engine-${engine.status}`)} aria-label={`Engine: ${label}`}>
        <span className="engine-dot" aria-hidden />
        <span className="engine-short">{short}</span>
        <span className="engine-long">{label}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover engine-popover" sideOffset={8} collisionPadding={8} align="end">
          <h2>{label}</h2>
          <p>{explanation(engine)}</p>
          <Popover.Arrow className="popover-arrow" />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Engine = ReturnType<typeof useRun.getState>['engine'];

const browsers =
  'Chrome and Edge have it from version 113, Safari from 26, Firefox from 141 (Windows) or 145 (Macs with Apple silicon).';

/** Why there is no engine, and what to do: another browser, after what the worker says where this one has WebGPU. */
export function noEngineSentence(reason: string): string {
  if ('gpu' in navigator)
    return `Training is not possible here: ${reason} Or try another browser with WebGPU: ${browsers}`;
  return `Training needs WebGPU, which this browser does not have: ${browsers}`;
}

function badge(engine: Engine): { readonly label: string; readonly short: string } {
  switch (engine.status) {
    case 'probing':
      return { label: 'Looking for a GPU', short: 'GPU' };
    case 'none':
      return { label: 'No WebGPU', short: 'No GPU' };
    case 'ready': {
      const { kind, device, software } = engine.info;
      const name = kind === 'webgpu' ? 'WebGPU' : kind === 'wasm' ? 'CPU' : 'Reference';
      return { label: `${name} · ${software ? 'software' : device}`, short: software ? 'Software' : name };
    }
  }
}

function explanation(engine: Engine): string {
  switch (engine.status) {
    case 'probing':
      return 'The browser is being asked for a graphics processor to train on.';
    case 'none':
      return `${noEngineSentence(engine.reason)} Everything but training and classifying works.`;
    case 'ready':
      return engine.info.software
        ? `The browser offers a software adapter (${engine.info.device}): the numbers are the same, but training is many times slower than on a graphics processor. Check that hardware acceleration is on in its settings.`
        : 'Training runs on this graphics processor, in a worker of its own. Nothing leaves this machine.';
  }
}
