/** The Export menu: what was made here, as files that other programs read. */
import { Download, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Button } from '../look/controls.tsx';
import { runCommandById, useCommands } from '../store/commands.ts';
import { curves } from '../store/curves.ts';
import { useExporting } from '../store/exporting.ts';
import { isActive, useRun, type JobProgress } from '../store/run.ts';
import { cancelExport, type ExportKind } from './commands/exports.ts';
import { CommandItem } from './DocumentMenu.tsx';

/** The button of the bar and its menu. */
export function ExportMenu() {
  const hasWeights = useRun((state) => state.hasWeights);
  const hasState = useRun((state) => isActive(state.state) || state.lastSnapshot !== undefined);
  const hasCurves = useHasCurves();
  const others = useCommands(useShallow((state) => state.commands.filter(({ id }) => isOther(id))));
  const item = (kind: ExportKind, title: string, what: string, possible: boolean, otherwise: string) => (
    <DropdownMenu.Item className="menu-item" disabled={!possible} onSelect={() => runCommandById(`export.${kind}`)}>
      <span className="menu-title">{title}</span>
      <span className="menu-what">{possible ? what : otherwise}</span>
    </DropdownMenu.Item>
  );
  const needsWeights = 'Train or load weights first';
  const job = useExporting((state) => state.job);
  if (job !== undefined) return <Exporting job={job} />;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button icon={<Download />} className="bar-menu">
          <span className="bar-word">Export</span>
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="popover menu" sideOffset={8} collisionPadding={8} align="end">
          {item('caffemodel', '.caffemodel', 'Weights, for Caffe and OpenCV', hasWeights, needsWeights)}
          {item('solverstate', '.solverstate', 'To resume training', hasState, 'Train first')}
          {item('onnx', 'ONNX', 'The trained network, ready to use', hasWeights, needsWeights)}
          {item('safetensors', 'safetensors', 'Weights, for PyTorch and others', hasWeights, needsWeights)}
          {item('npz', 'NumPy', 'Weights, .npz', hasWeights, needsWeights)}
          {item('h5', 'HDF5', 'Weights, .caffemodel.h5', hasWeights, needsWeights)}
          <DropdownMenu.Separator className="menu-line" />
          {item('pytorch', 'PyTorch project', 'Train elsewhere, on many GPUs, .zip', hasWeights, needsWeights)}
          {item('caffe', 'Caffe folder', 'Train elsewhere with Caffe, .zip', hasWeights, needsWeights)}
          {item(
            'verify',
            'Verify bundle',
            'Is it the same outside? Checked with OpenCV, .zip',
            hasWeights,
            needsWeights,
          )}
          <DropdownMenu.Separator className="menu-line" />
          {item('network', 'Network', 'The text as it is, .prototxt', true, '')}
          {item('solver', 'Solver', 'The text as it is, .prototxt', true, '')}
          <DropdownMenu.Separator className="menu-line" />
          {item('curves', 'Curves', 'Loss, accuracy and rate, .csv', hasCurves, 'Train first')}
          {others.map(({ id, title }) => (
            <CommandItem
              key={id}
              id={id}
              title={title.replace(/^Export /, '').replace(/^./, (first) => first.toUpperCase())}
            />
          ))}
          <DropdownMenu.Separator className="menu-line" />
          <CommandItem id="document.link" title="Copy a link to the document" />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** In the menu's place while a file is made: how far it is, and the way to stop. */
function Exporting({ job: { what, done, total } }: { readonly job: JobProgress }) {
  const part = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
  return (
    <Button
      icon={<X />}
      className="bar-menu"
      aria-label="Cancel the export"
      title={`${what}${part}. The download begins by itself; press to cancel.`}
      onClick={() => void cancelExport()}
    >
      <span className="bar-word" role="status">
        Exporting{part}
      </span>
    </Button>
  );
}

/** What the views add to the menu: pictures of the graph. */
const isOther = (id: string): boolean => id.startsWith('export.') && !KINDS.some((kind) => id === `export.${kind}`);

const KINDS: readonly ExportKind[] = [
  'caffemodel',
  'solverstate',
  'network',
  'solver',
  'curves',
  'onnx',
  'safetensors',
  'npz',
  'h5',
  'pytorch',
  'caffe',
  'verify',
];

function useHasCurves(): boolean {
  const [has, setHas] = useState(!curves.empty);
  useEffect(() => curves.subscribe(() => setHas(!curves.empty)), []);
  return has;
}
