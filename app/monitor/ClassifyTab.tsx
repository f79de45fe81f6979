/** The Classify tab: choose a test image or one's own, see the five likeliest classes. */
import { Check, ImageUp, Shuffle } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ImageDataset } from '../data/dataset.ts';
import { Button, classes } from '../look/controls.tsx';
import { Failure } from '../look/Failure.tsx';
import { classify, classifyFile } from '../shell/commands/classify.ts';
import { loadExampleWeights } from '../shell/commands/weights.ts';
import { useClassify, type ClassifyInput } from '../store/classify.ts';
import { useDataset } from '../store/dataset.ts';
import { formatPercent } from '../store/format.ts';
import { useGallery } from '../store/gallery.ts';
import { useRun } from '../store/run.ts';
import { gridFit } from './data/image-pages.ts';
import { SplitImage } from './data/ImageGrid.tsx';
import { Thumbnail } from '../look/Thumbnail.tsx';
import { useSize } from '../look/use-size.ts';
import './classify.css';

/** The tab. */
export function ClassifyTab() {
  const dataset = useDataset((state) => state.opened?.dataset);
  if (dataset === undefined) {
    return (
      <div className="empty">
        <strong>No data set open</strong>
        <p>Its images and class names are needed to classify: open one in the Data tab.</p>
      </div>
    );
  }
  return (
    <div className="classify">
      <Chosen dataset={dataset} />
      <Answer dataset={dataset} />
      <Strip dataset={dataset} />
    </div>
  );
}

function Chosen({ dataset }: { readonly dataset: ImageDataset }) {
  const input = useClassify((state) => state.input);
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <div className="classify-chosen">
      <div className="classify-picture">
        {input === undefined ? <p>No image chosen</p> : <Picture dataset={dataset} input={input} />}
      </div>
      <p className="classify-name copyable">
        {input === undefined ? '\u00a0' : input.kind === 'test' ? `test image ${input.index}` : input.name}
      </p>
      <Button small icon={<ImageUp />} onClick={() => chooser.current?.click()}>
        Your own image
      </Button>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        data-testid="classify-file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = '';
          if (file !== undefined) void classifyFile(file);
        }}
      />
    </div>
  );
}

function Picture({ dataset, input }: { readonly dataset: ImageDataset; readonly input: ClassifyInput }) {
  const { channels, height, width } = dataset;
  return input.kind === 'test' ? (
    <SplitImage dataset={dataset} splitName="test" index={input.index} size={112} label="The chosen image" />
  ) : (
    <Thumbnail
      pixels={input.pixels}
      {...{ channels, height, width }}
      form={dataset}
      size={112}
      label="The chosen image"
    />
  );
}

function Answer({ dataset }: { readonly dataset: ImageDataset }) {
  const { input, result, busy, failure } = useClassify();
  const hasWeights = useRun((state) => state.hasWeights);
  if (failure !== undefined) {
    return (
      <div className="classify-answer">
        <Failure failure={failure} />
        {!hasWeights && <ExampleWeights />}
      </div>
    );
  }
  if (!hasWeights) {
    return (
      <div className="classify-answer classify-hint">
        <p>The net has no weights yet: train it, or drop a .caffemodel on the page.</p>
        <ExampleWeights />
      </div>
    );
  }
  if (input === undefined || result === undefined) {
    return (
      <div className="classify-answer classify-hint">
        <p>
          {busy ? 'Classifying' : 'Click a test image, or drop one of your own: it is brought to the size of the set.'}
        </p>
      </div>
    );
  }
  const truth = result.truth === undefined ? undefined : dataset.classNames[result.truth];
  return (
    <div className={classes('classify-answer', busy && 'classify-busy')} aria-live="polite">
      <ol className="classify-top" aria-label="Likeliest classes">
        {result.top.map(({ label, name, probability }) => (
          <li key={label} className={classes('guess', label === result.truth && 'guess-true')}>
            <span className="guess-name">
              {name}
              {label === result.truth && <Check aria-label="the true class" />}
            </span>
            <span className="guess-track">
              <span className="guess-bar" style={{ transform: `scaleX(${probability})` }} />
            </span>
            <span className="figures">{formatPercent(probability)}</span>
          </li>
        ))}
      </ol>
      {truth !== undefined && !result.top.some(({ label }) => label === result.truth) && (
        <p className="classify-hint">The true class, {truth}, is not among the five.</p>
      )}
    </div>
  );
}

/** The trained weights that come with the example on the page, where there are some. */
export function ExampleWeights() {
  const title = useGallery(({ models, opened }) => {
    const model = models.find(({ name }) => name === opened);
    return model?.files.weights === undefined ? undefined : model.title;
  });
  if (title === undefined) return null;
  return (
    <Button small onClick={() => void loadExampleWeights()}>
      Load the trained weights of {title}
    </Button>
  );
}

const cell = 44;

/** Test images drawn at random, one click to classify each. */
function Strip({ dataset }: { readonly dataset: ImageDataset }) {
  const [seed, setSeed] = useState(1);
  const [place, size] = useSize<HTMLUListElement>();
  const chosen = useClassify(({ input }) => (input?.kind === 'test' ? input.index : undefined));
  const { perPage } = gridFit(size.width, size.height, cell, cell);
  const { count, labels } = dataset.test;
  const indices = count === 0 || size.width === 0 ? [] : randomIndices(seed, Math.min(perPage, count), count);
  return (
    <section className="classify-strip" aria-label="Test images">
      <div className="grid-head">
        <h3>Test images</h3>
        <Button small tone="quiet" icon={<Shuffle />} onClick={() => setSeed(seed + 1)}>
          Others
        </Button>
      </div>
      <ul ref={place} className="strip-cells">
        {indices.map((index) => {
          const name = dataset.classNames[labels[index] ?? -1] ?? String(labels[index]);
          return (
            <li key={index}>
              <button
                type="button"
                className="strip-button"
                aria-pressed={index === chosen}
                title={`${name} · test ${index}`}
                onClick={() => void classify({ kind: 'test', index })}
              >
                <SplitImage dataset={dataset} splitName="test" index={index} size={36} label={`${name}, ${index}`} />
              </button>
            </li>
          );
        })}
      </ul>
      {count === 0 && <p className="grid-none">This set has no test images: drop a test batch, or an image.</p>}
    </section>
  );
}

/** `wanted` different numbers below `count`; the same for the same seed, so that a render changes nothing. */
function randomIndices(seed: number, wanted: number, count: number): number[] {
  const found = new Set<number>();
  let state = seed * 0x9e3779b9;
  while (found.size < wanted) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    found.add(Math.floor((state / 2 ** 32) * count));
  }
  return [...found];
}
