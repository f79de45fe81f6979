/** What pictures are brought to when they become a data set, the choices of Caffe's convert_imageset: size, gray, shuffle. */
import { Image as ImageIcon } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { Button, Segmented } from '../../look/controls.tsx';
import { readAgain } from '../../shell/commands/data.ts';
import { useDataset } from '../../store/dataset.ts';

const colours = [
  { value: 'own', label: 'As they are' },
  { value: 'colour', label: 'Colour' },
  { value: 'gray', label: 'Gray' },
] as const;
const orders = [
  { value: 'own', label: 'Folders only' },
  { value: 'shuffled', label: 'Shuffled' },
  { value: 'listed', label: 'As listed' },
] as const;

type Pictures = ReturnType<typeof useDataset.getState>['pictures'];

/** A button whose panel has the choices; they hold for the next pictures that are read, or for those read last. */
export function PictureSettings() {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button small icon={<ImageIcon />}>
          Pictures…
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="data-panel"
          side="top"
          align="start"
          sideOffset={6}
          aria-label="What pictures become"
        >
          <Form close={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Form({ close }: { readonly close: () => void }) {
  const pictures = useDataset((state) => state.pictures);
  const again = useDataset(({ lastRead, opened }) =>
    opened?.summary.format?.startsWith('Pictures') === true && lastRead?.name === opened.summary.name
      ? lastRead.name
      : undefined,
  );
  const [width, setWidth] = useState(String(pictures.size?.width ?? ''));
  const [height, setHeight] = useState(String(pictures.size?.height ?? ''));
  const [rest, setRest] = useState<Omit<Pictures, 'size'>>(() => {
    const { size: _, ...others } = pictures;
    return others;
  });
  const side = (text: string) =>
    /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1024 ? Number(text) : undefined;
  const size = { width: side(width), height: side(height === '' ? width : height) };
  const isOwn = width === '' && height === '';
  const isWrong = !isOwn && (size.width === undefined || size.height === undefined);
  const chosen = (): Pictures =>
    size.width === undefined || size.height === undefined
      ? rest
      : { ...rest, size: { width: size.width, height: size.height } };
  return (
    <form
      className="data-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWrong) return;
        if (again === undefined) useDataset.setState({ pictures: chosen() });
        else void readAgain(chosen());
        close();
      }}
    >
      <h4>What pictures become</h4>
      <label>
        <span>Size</span>
        <span className="data-size">
          <input
            inputMode="numeric"
            aria-label="Width"
            placeholder="own"
            value={width}
            onChange={(e) => setWidth(e.target.value)}
          />
          ×
          <input
            inputMode="numeric"
            aria-label="Height"
            placeholder={width === '' ? 'own' : width}
            value={height}
            onChange={(e) => setHeight(e.target.value)}
          />
        </span>
      </label>
      {isWrong && <p className="data-wrong">Sides of 1 to 1,024 pixels, or nothing for the pictures’ own size.</p>}
      <div className="data-field">
        <span>Colour</span>
        <Segmented
          small
          label="Colour"
          value={rest.gray === undefined ? 'own' : rest.gray ? 'gray' : 'colour'}
          options={colours}
          onChange={(value) => {
            const { gray: _, ...others } = rest;
            setRest(value === 'own' ? others : { ...others, gray: value === 'gray' });
          }}
        />
      </div>
      <div className="data-field">
        <span>Shuffle</span>
        <Segmented
          small
          label="Order of training images"
          value={rest.shuffle === undefined ? 'own' : rest.shuffle ? 'shuffled' : 'listed'}
          options={orders}
          onChange={(value) => {
            const { shuffle: _, ...others } = rest;
            setRest(value === 'own' ? others : { ...others, shuffle: value === 'shuffled' });
          }}
        />
      </div>
      <p className="data-hint">
        {again === undefined
          ? 'For the next pictures you open: a folder for each class, or a list of lines “path label”.'
          : `Reads the pictures of ${again} again.`}
      </p>
      <div className="data-form-end">
        <Button small tone="primary" type="submit" disabled={isWrong}>
          {again === undefined ? 'Keep for the next' : 'Read again'}
        </Button>
      </div>
    </form>
  );
}
