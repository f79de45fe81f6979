// The trained weights that come with the gallery do what they are there for.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { galleryEntries, galleryFolder } from '../app/caffe/testing/gallery-files.ts';
import { crema } from './testing-terminal.ts';

test('the trained weights of the opening network recognise the images that it opens with', async () => {
  const model = galleryEntries.find(({ name }) => name === 'opening');
  const { train_test: net, weights } = model?.files ?? {};
  if (net === undefined || weights === undefined) throw new Error('No trained weights for the opening network.');
  const at = (file: string) => join(galleryFolder, file);
  const { code, out, err } = await crema(
    ...['test', at(net), '--weights', at(weights), '--data', 'sample'],
    ...['--iterations', '8', '--engine', 'wasm', '--json'],
  );
  expect({ code, err }).toMatchObject({ code: 0 });
  // 0.92 of all 2,000; guessing gives 0.1.
  expect((JSON.parse(out) as { accuracy: number }).accuracy).toBeGreaterThan(0.88);
}, 60_000);
