/** The menu of the blobs that a bottom can read: made when it opens, since it asks each shape of the network whether it fits. */
import { ChevronDown, Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { NetView } from '../caffe/net/net-view.ts';
import { classes } from '../look/controls.tsx';
import { layerTable } from '../layers/index.ts';
import { useDocument } from '../store/document.ts';
import { formatShape } from '../store/format.ts';
import { blobsFor, type BlobChoice } from './blob-scope.ts';

interface BlobMenuProps {
  readonly id: string;
  /** Accessible name; the blob that is read follows it. */
  readonly label: string;
  readonly net: NetView;
  readonly layer: string;
  readonly bottom: number;
  /** The blob that is read now; undefined for a bottom that is not there yet. */
  readonly value: string | undefined;
  readonly describedBy: string;
  readonly invalid: boolean;
  /** Only the sign, where no value is shown. */
  readonly small?: boolean;
  readonly onChoose: (choice: BlobChoice) => void;
}

/** The field of one bottom: the blob's name, and the menu behind it. */
export function BlobMenu({
  id,
  label,
  net,
  layer,
  bottom,
  value,
  describedBy,
  invalid,
  small,
  onChoose,
}: BlobMenuProps) {
  const [choices, setChoices] = useState<readonly BlobChoice[]>([]);
  const onOpenChange = (open: boolean) => {
    if (open) setChoices(blobsFor(useDocument.getState().netText, net, layer, bottom, layerTable));
  };
  const line = (choice: BlobChoice) => (
    <DropdownMenu.RadioItem
      key={choice.name}
      value={choice.name}
      className="menu-item"
      disabled={!choice.fits && choice.name !== value}
      onSelect={() => choice.name !== value && onChoose(choice)}
    >
      <span className="menu-title blob-choice">{choice.name}</span>
      <span className="menu-what figures">{formatShape(choice.shape)}</span>
    </DropdownMenu.RadioItem>
  );
  const [fitting, others] = [choices.filter(({ fits }) => fits), choices.filter(({ fits }) => !fits)];
  return (
    <DropdownMenu.Root modal={false} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger
        id={id}
        className={classes(
          value !== undefined ? 'value-input value-blob' : small ? 'button button-icon button-quiet' : 'value-add',
          invalid && 'is-invalid',
        )}
        aria-label={value === undefined ? label : `${label}: ${value}`}
        aria-describedby={describedBy}
        title={value ?? label}
      >
        {value === undefined ? (
          <>
            <Plus aria-hidden />
            {!small && 'Add'}
          </>
        ) : (
          <>
            <span className="value-blob-name">{value}</span>
            <ChevronDown aria-hidden />
          </>
        )}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="popover menu blob-menu"
          aria-label={`Blobs for ${label}`}
          sideOffset={4}
          collisionPadding={8}
          align="end"
        >
          {choices.length === 0 && <p className="menu-heading">Nothing is made that it could read.</p>}
          <DropdownMenu.RadioGroup value={value ?? ''}>
            {fitting.map(line)}
            {others.length > 0 && (
              <>
                <DropdownMenu.Label className="menu-heading">Of a shape that does not fit</DropdownMenu.Label>
                {others.map(line)}
              </>
            )}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
