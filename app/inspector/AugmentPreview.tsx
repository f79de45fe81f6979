/**
 * What a data layer makes of one image while training: the image as it is and sixteen copies, made by the layer's own
 * program in the worker. They follow the text as it is edited.
 */
import { ChevronLeft, ChevronRight, Dices } from 'lucide-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { imagePixels } from '../data/dataset.ts';
import { Button, classes, IconButton } from '../look/controls.tsx';
import type { PixelForm } from '../look/interleave.ts';
import { Thumbnail } from '../look/Thumbnail.tsx';
import { useSize } from '../look/use-size.ts';
import { attempt, train } from '../shell/commands/workers.ts';
import { useDataset } from '../store/dataset.ts';
import { useDocument } from '../store/document.ts';
import { useRun } from '../store/run.ts';
import type { AugmentedCopies } from '../workers/protocol.ts';
import './augment-preview.css';

/** Side of the image as it is, on the page, in pixels. */
const SIDE = 64;
/** Copies in a row, and what lies between them. */
const COLUMNS = 4;
const GAP = 4;
/** The largest side of a copy. */
const LARGEST = 96;

/** The preview of the data layer of an id. */
export function AugmentPreview({ layer }: { readonly layer: string }) {
  const dataset = useDataset((state) => state.opened?.dataset);
  const [chosen, setIndex] = useState(0);
  const [seed, setSeed] = useState(1);
  const { copies, failure, busy } = useCopies(layer, chosen, seed);
  if (dataset === undefined) return <Note>No data set is open: choose one in the Data tab.</Note>;
  const phase = copies?.phase ?? 'TRAIN';
  const split = phase === 'TRAIN' || dataset.test.count === 0 ? dataset.train : dataset.test;
  if (split.count === 0) return <Note>The data set has no images for {phase}.</Note>;
  const index = Math.min(chosen, split.count - 1);
  const form: PixelForm = dataset;
  const name = dataset.classNames[split.labels[index] ?? -1] ?? '';
  return (
    <section className="augment" aria-label="Augmented copies of one image">
      <div className="augment-head">
        <Thumbnail
          pixels={imagePixels(split, index)}
          channels={dataset.channels}
          height={dataset.height}
          width={dataset.width}
          form={form}
          size={SIDE}
          label={`Image ${index} as it is`}
        />
        <div className="augment-choice">
          <p className="augment-name">{name === '' ? 'The image as it is' : name}</p>
          <div className="augment-index">
            <IconButton label="Previous image" small disabled={index === 0} onClick={() => setIndex(index - 1)}>
              <ChevronLeft />
            </IconButton>
            <input
              className="figures"
              type="number"
              aria-label="Number of the image"
              min={0}
              max={split.count - 1}
              value={index}
              onChange={({ target }) => setIndex(wholeWithin(target.value, split.count - 1))}
            />
            <IconButton
              label="Next image"
              small
              disabled={index === split.count - 1}
              onClick={() => setIndex(index + 1)}
            >
              <ChevronRight />
            </IconButton>
          </div>
          <Button small icon={<Dices aria-hidden />} onClick={() => setSeed(seed + 1)}>
            Draw again
          </Button>
        </div>
      </div>
      {failure !== undefined && (
        <p className="augment-note augment-failure" role="alert">
          {failure}
        </p>
      )}
      {copies !== undefined && (
        <Copies copies={copies} channelOrder={dataset.channelOrder} stale={busy || failure !== undefined} />
      )}
      {copies === undefined && failure === undefined && <Note>Drawing the copies …</Note>}
      {copies?.phase === 'TEST' && (
        <Note>This layer takes part in testing only, which sees the images as they are.</Note>
      )}
      {copies?.mixes === true && (
        <Note>About half of the copies are mixed with other images here; in training all are.</Note>
      )}
      {copies !== undefined && <Note>Seed {seed}. Shown before the mean is subtracted and the values are scaled.</Note>}
    </section>
  );
}

interface CopiesProps {
  readonly copies: AugmentedCopies;
  readonly channelOrder: PixelForm['channelOrder'];
  /** Newer ones are on their way, or cannot be made. */
  readonly stale: boolean;
}

/** All copies, four in a row as wide as the panel. */
function Copies({ copies, channelOrder, stale }: CopiesProps) {
  const { channels, height, width } = copies;
  const [place, size] = useSize<HTMLUListElement>();
  const side = Math.min(LARGEST, Math.floor((size.width - (COLUMNS - 1) * GAP) / COLUMNS));
  return (
    <ul ref={place} className={classes('augment-copies', stale && 'augment-stale')} aria-label="Copies">
      {(side > 0 ? copiesOf(copies) : []).map((pixels, i) => (
        <li key={i}>
          <Thumbnail
            pixels={pixels}
            {...{ channels, height, width }}
            form={channelOrder === undefined ? {} : { channelOrder }}
            size={side}
            label={`Copy ${i + 1}`}
          />
        </li>
      ))}
    </ul>
  );
}

function Note({ children }: { readonly children: ReactNode }) {
  return (
    <p className="augment-note" role="status">
      {children}
    </p>
  );
}

/** A typed number as one of 0 … most. */
const wholeWithin = (typed: string, most: number): number => {
  const number = Math.trunc(Number(typed));
  return Number.isFinite(number) ? Math.min(most, Math.max(0, number)) : 0;
};

/** The copies, each planar. */
function copiesOf({ pixels, channels, height, width }: AugmentedCopies): readonly Uint8Array[] {
  const size = channels * height * width;
  return Array.from({ length: pixels.length / size }, (_, i) => pixels.subarray(i * size, (i + 1) * size));
}

/** The copies as last made, and why there are no newer ones. */
function useCopies(layer: string, index: number, seed: number) {
  // A text is asked about once it has been analysed: not at every key, and not while it cannot be read.
  const nets = useDocument((state) => state.nets);
  const opened = useDataset((state) => state.opened);
  const engine = useRun((state) => state.engine);
  const readable = nets?.TRAIN.parsed === true;
  const question = useMemo(
    () => (!readable || opened === undefined ? undefined : { layer, index, seed, nets, opened, engine }),
    [readable, opened, layer, index, seed, nets, engine],
  );
  const [copies, setCopies] = useState<AugmentedCopies>();
  const [failure, setFailure] = useState<string>();
  const [answered, setAnswered] = useState<typeof question>();
  useEffect(() => {
    if (question === undefined) return undefined;
    let current = true;
    const settle = (made: AugmentedCopies | undefined, why: string | undefined): void => {
      if (!current) return;
      if (made !== undefined) setCopies(made);
      setFailure(why);
      setAnswered(question);
    };
    const { netText } = useDocument.getState();
    const { layer, index, seed } = question;
    void attempt(
      () => train.call({ kind: 'augment', netText, layer, index, seed }),
      ({ message }) => settle(undefined, message),
    ).then((made) => made !== undefined && settle(made, undefined));
    return () => {
      current = false;
    };
  }, [question]);
  const broken = 'The text has a mistake: mend it in the editor.';
  return { copies, failure: nets !== undefined && !readable ? broken : failure, busy: answered !== question };
}
