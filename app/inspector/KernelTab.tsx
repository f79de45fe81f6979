/** What computes the selected layer: each kernel's expression, what is made of it, how it is laid out, and its measured time. */
import { Copy, Timer } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LayerView, NetView } from '../caffe/net/net-view.ts';
import { Button, IconButton } from '../look/controls.tsx';
import { attempt, train } from '../shell/commands/workers.ts';
import { runCommandById } from '../store/commands.ts';
import { useDocument } from '../store/document.ts';
import { formatBytes, formatFigure, formatLarge, plural } from '../store/format.ts';
import { useLayerTimes } from '../store/layer-times.ts';
import { remark } from '../store/notices.ts';
import { useRun } from '../store/run.ts';
import type { KernelView, LayerKernels } from '../workers/protocol.ts';
import { Fold } from './Fold.tsx';
import './kernel-tab.css';

interface KernelTabProps {
  readonly net: NetView;
  readonly layer: LayerView;
}

export function KernelTab({ net, layer }: KernelTabProps) {
  const answer = useKernels(net, layer.name);
  if (answer === 'waiting')
    return (
      <p className="inspector-note kernel-note" role="status">
        Compiling the network …
      </p>
    );
  if (typeof answer === 'string') return <p className="inspector-note kernel-note">{answer}</p>;
  if (answer.kernels.length === 0)
    return (
      <p className="inspector-note kernel-note">
        No kernel works for this layer in {net.phase}: its values are there already, or nobody needs them.
      </p>
    );
  const onGpu = answer.engine === 'webgpu';
  return (
    <>
      <div className="kernel-head">
        <p className="fold-doc">
          On {answer.device}
          {onGpu ? '.' : '. The WGSL is what a graphics processor would be given.'}
        </p>
        <Measure net={net} />
      </div>
      {(['forward', 'backward'] as const).map((pass) => {
        const kernels = answer.kernels.filter((kernel) => kernel.pass === pass);
        return (
          kernels.length > 0 && (
            <section key={pass} className="kernel-pass" aria-label={pass === 'forward' ? 'Forward' : 'Backward'}>
              <h3>{pass === 'forward' ? 'Forward' : 'Backward'}</h3>
              {kernels.map((kernel, i) => (
                <KernelFacts key={`${kernel.label} ${i}`} kernel={kernel} time={timeKey(kernels, i)} wgslOpen={onGpu} />
              ))}
            </section>
          )
        );
      })}
    </>
  );
}

/** Which of the measured kernels of its label a kernel is. */
const timeKey = (kernels: readonly KernelView[], index: number): number =>
  kernels.slice(0, index).filter(({ label }) => label === kernels[index]?.label).length;

/** Takes the times, which belong to the training pass. */
function Measure({ net }: { readonly net: NetView }) {
  const { byKernel, measuring } = useLayerTimes();
  if (net.phase !== 'TRAIN') return null;
  return (
    <Button
      small
      icon={<Timer aria-hidden />}
      aria-disabled={measuring}
      onClick={() => {
        if (!measuring) runCommandById('run.time-layers');
      }}
    >
      {measuring ? 'Measuring …' : byKernel === undefined ? 'Measure times' : 'Measure again'}
    </Button>
  );
}

interface KernelFactsProps {
  readonly kernel: KernelView;
  readonly time: number;
  readonly wgslOpen: boolean;
}

function KernelFacts({ kernel, time, wgslOpen }: KernelFactsProps) {
  const { label, expression, wgsl, layout, flops, bytes } = kernel;
  const milliseconds = useLayerTimes((state) => state.byKernel?.get(label)?.[time]);
  const lines = wgsl.trimEnd().split('\n');
  return (
    <article className="kernel" aria-label={label}>
      <h4 className="copyable">{label}</h4>
      <dl>
        <Fact name="time" value={milliseconds === undefined ? 'not measured' : timeText(milliseconds)} />
        {milliseconds !== undefined && milliseconds > 0 && (
          <Fact
            name="speed"
            value={`${formatFigure(flops / milliseconds / 1e6)} GFLOPS, ${formatFigure(bytes / milliseconds / 1e6)} GB/s`}
          />
        )}
        <Fact name="arithmetic" value={`${formatLarge(flops)} operations`} />
        <Fact name="memory moved, at least" value={formatBytes(bytes)} />
        <Fact name="limited by" value={limitOf(flops, bytes)} />
        <Fact name="schedule" value={layout} />
      </dl>
      <Fold
        title="Expression"
        label={`${label}: expression`}
        name="kernel expression"
        open
        inner
        actions={<CopyButton what="expression" text={expression} />}
      >
        <Listing label={`Expression of ${label}`} lines={expression.split('\n')} />
      </Fold>
      <Fold
        title="WGSL"
        label={`${label}: WGSL`}
        name="kernel WGSL"
        open={wgslOpen}
        inner
        summary={plural(lines.length, 'line')}
        actions={<CopyButton what="WGSL" text={wgsl} />}
      >
        <Listing label={`WGSL of ${label}`} lines={lines} numbered />
      </Fold>
    </article>
  );
}

const timeText = (milliseconds: number): string =>
  milliseconds > 0 ? `${formatFigure(milliseconds)} ms` : 'too short for the clock';

/** Operations for each byte below which every device waits for memory, and above which none does. */
const MEMORY_BOUND = 4;
const ARITHMETIC_BOUND = 60;

/** What a kernel spends its time on, as far as its own numbers tell. */
function limitOf(flops: number, bytes: number): string {
  const density = flops / bytes;
  const each = `${formatFigure(density, 2)} operations a byte`;
  if (density < MEMORY_BOUND) return `memory, ${each}`;
  return density > ARITHMETIC_BOUND ? `arithmetic, ${each}` : `memory or arithmetic, ${each}`;
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="figures copyable">{value}</dd>
    </div>
  );
}

function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  return (
    <IconButton
      label={`Copy the ${what}`}
      small
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => remark(`The ${what} is in the clipboard.`),
          () => remark('The browser did not let this page write to the clipboard.'),
        )
      }
    >
      <Copy />
    </IconButton>
  );
}

interface ListingProps {
  readonly label: string;
  readonly lines: readonly string[];
  readonly numbered?: boolean;
}

/** Lines of text that scroll both ways, so that the keyboard has to get there too. Numbers are not part of what is selected. */
function Listing({ label, lines, numbered = false }: ListingProps) {
  const digits = String(lines.length).length;
  return (
    <pre
      className={numbered ? 'excerpt listing listing-numbered' : 'excerpt listing'}
      style={{ '--digits': `${digits}ch` } as React.CSSProperties}
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      {lines.map((line, i) => (
        <span key={i} className="listing-line" data-line={numbered ? i + 1 : undefined}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

/** The kernels behind a layer, `waiting` until the worker has said, or a sentence on why there are none to show. */
function useKernels(net: NetView, layer: string): LayerKernels | string {
  const nets = useDocument((state) => state.nets);
  const engine = useRun((state) => state.engine);
  const [answer, setAnswer] = useState<LayerKernels | string>('waiting');
  const readable = nets?.[net.phase].parsed === true;
  useEffect(() => {
    if (!readable) return undefined;
    let current = true;
    const question = { kind: 'kernels', netText: useDocument.getState().netText, phase: net.phase, layer } as const;
    void attempt(
      () => train.call(question),
      ({ message }) => current && setAnswer(message),
    ).then((kernels) => current && kernels !== undefined && setAnswer(kernels));
    return () => {
      current = false;
    };
  }, [nets, readable, net.phase, layer, engine]);
  return readable ? answer : 'The text has a mistake: mend it in the editor.';
}
