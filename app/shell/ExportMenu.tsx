/** The Export menu: what was made here, as files that other programs read. */
import { Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useState } from 'react';
import { Button } from '../look/controls.tsx';
import { curves } from '../store/curves.ts';
import { isActive, useRun } from '../store/run.ts';
import { exportFile, type ExportKind } from './commands/exports.ts';

/** The button of the bar and its menu. */
export function ExportMenu() {
  const hasWeights = useRun((state) => state.hasWeights);
  const hasState = useRun((state) => isActive(state.state) || state.lastSnapshot !== undefined);
  const hasCurves = useHasCurves();
  const item = (kind: ExportKind, title: string, what: string, possible: boolean, otherwise: string) => (
    <DropdownMenu.Item className="menu-item" disabled={!possible} onSelect={() => void exportFile(kind)}>
      <span className="menu-title">{title}</span>
      <span className="menu-what">{possible ? what : otherwise}</span>
    </DropdownMenu.Item>
  );
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <Button icon={<Download />} className="bar-menu">
          <span className="bar-word">Export</span>
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="popover menu" sideOffset={8} collisionPadding={8} align="end">
          {item(
            'caffemodel',
            '.caffemodel',
            'Weights, for Caffe and OpenCV',
            hasWeights,
            'Train or load weights first',
          )}
          {item('solverstate', '.solverstate', 'To resume training', hasState, 'Train first')}
          <DropdownMenu.Separator className="menu-line" />
          {item('network', 'Network', 'The text as it is, .prototxt', true, '')}
          {item('solver', 'Solver', 'The text as it is, .prototxt', true, '')}
          <DropdownMenu.Separator className="menu-line" />
          {item('curves', 'Curves', 'Loss, accuracy and rate, .csv', hasCurves, 'Train first')}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function useHasCurves(): boolean {
  const [has, setHas] = useState(!curves.empty);
  useEffect(() => curves.subscribe(() => setHas(!curves.empty)), []);
  return has;
}
