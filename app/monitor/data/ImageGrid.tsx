/** The images of a data set, a page at a time, by split and class, each with its label. A click classifies a test image. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { imagePixels, type ImageDataset } from '../../data/dataset.ts';
import { IconButton, Segmented } from '../../look/controls.tsx';
import { classify } from '../../shell/commands/classify.ts';
import { formatCount } from '../../store/format.ts';
import { useView } from '../../store/view.ts';
import { gridFit, imagesOfClass } from './image-pages.ts';
import { Thumbnail } from '../../look/Thumbnail.tsx';
import { useSize } from '../../look/use-size.ts';

const side = 40;
const cellWidth = 60;
const cellHeight = 62;

interface ImageGridProps {
  readonly dataset: ImageDataset;
  /** What stands at the left of the filter. */
  readonly lead: ReactNode;
}

/** The grid with its filter. */
export function ImageGrid({ dataset, lead }: ImageGridProps) {
  const [splitName, setSplitName] = useState<'train' | 'test'>(dataset.train.count > 0 ? 'train' : 'test');
  const [label, setLabel] = useState<number>();
  const [page, setPage] = useState(0);
  const [place, size] = useSize<HTMLUListElement>();
  const split = dataset[splitName];
  const images = useMemo(() => imagesOfClass(split, label), [split, label]);
  const { perPage } = gridFit(size.width, size.height, cellWidth, cellHeight);
  const pages = Math.max(1, Math.ceil(images.length / perPage));
  const shownPage = Math.min(page, pages - 1);
  const shown = images.subarray(shownPage * perPage, (shownPage + 1) * perPage);
  return (
    <section className="image-grid" aria-label="Images">
      <div className="grid-head">
        {lead}
        <Segmented
          small
          label="Split"
          value={splitName}
          options={[
            { value: 'train', label: 'Train' },
            { value: 'test', label: 'Test' },
          ]}
          onChange={(chosen) => {
            setSplitName(chosen);
            setPage(0);
          }}
        />
        <select
          className="select"
          aria-label="Class"
          value={label ?? ''}
          onChange={(event) => {
            setLabel(event.target.value === '' ? undefined : Number(event.target.value));
            setPage(0);
          }}
        >
          <option value="">All classes</option>
          {dataset.classNames.map((name, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
        <span className="grid-count figures">
          {images.length === 0
            ? 'none'
            : `${formatCount(shownPage * perPage + 1)}–${formatCount(shownPage * perPage + shown.length)} / ${formatCount(images.length)}`}
        </span>
        <IconButton label="Previous page" small disabled={shownPage === 0} onClick={() => setPage(shownPage - 1)}>
          <ChevronLeft />
        </IconButton>
        <IconButton label="Next page" small disabled={shownPage >= pages - 1} onClick={() => setPage(shownPage + 1)}>
          <ChevronRight />
        </IconButton>
      </div>
      <ul ref={place} className="grid-cells">
        {[...shown].map((index) => {
          const name = dataset.classNames[split.labels[index] ?? -1] ?? String(split.labels[index]);
          const image = (
            <>
              <SplitImage dataset={dataset} splitName={splitName} index={index} label={`${name}, image ${index}`} />
              <span className="grid-label">{name}</span>
            </>
          );
          return (
            <li key={index} className="grid-cell" title={`${name} · ${splitName} ${index}`}>
              {splitName === 'test' ? (
                <button type="button" className="grid-button" onClick={() => classifyTest(index)}>
                  {image}
                </button>
              ) : (
                image
              )}
            </li>
          );
        })}
      </ul>
      {images.length === 0 && (
        <p className="grid-none">
          {split.count === 0
            ? `This set has no ${splitName === 'train' ? 'training' : 'test'} images: drop a batch that has some.`
            : 'No image of this class.'}
        </p>
      )}
    </section>
  );
}

interface SplitImageProps {
  readonly dataset: ImageDataset;
  readonly splitName: 'train' | 'test';
  readonly index: number;
  readonly label: string;
  readonly size?: number;
}

/** One image of a split. */
export function SplitImage({ dataset, splitName, index, label, size = side }: SplitImageProps) {
  const split = dataset[splitName];
  const pixels = useMemo(() => imagePixels(split, index), [split, index]);
  const { channels, height, width } = dataset;
  return <Thumbnail pixels={pixels} {...{ channels, height, width }} form={dataset} size={size} label={label} />;
}

function classifyTest(index: number): void {
  useView.getState().showMonitor('classify');
  void classify({ kind: 'test', index });
}
