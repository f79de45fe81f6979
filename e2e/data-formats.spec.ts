/** Data sets in other forms than CIFAR's: read by the page's own worker with the browser's decoders, kept side by side, renamed, divided. */
import { File as HdfFile, FS, ready } from 'h5wasm';
import { expect, test, type Page } from '@playwright/test';
import { writeLmdb } from '../app/data/testing/lmdb-writer.ts';
import { plainPng, writeDatum, writeZip } from '../app/data/testing/writers.ts';
import { chooseFiles, drop, monitorTab, openReady, showTab, step } from './crema-page.ts';

const sets = (page: Page) => page.getByRole('list', { name: 'Data sets kept in this browser' });

/** Twenty pictures of two classes: cats are red, dogs blue. */
const pets = {
  name: 'pets.zip',
  bytes: writeZip(
    ['cat', 'dog'].flatMap((name, label) =>
      Array.from({ length: 10 }, (_, i) => ({
        path: `${name}/${i}.png`,
        bytes: plainPng(12, 8, label === 0 ? [200, 10, 0] : [0, 10, 200]),
      })),
    ),
  ),
};

/** The same in training and test images, but for one that is in both and one that is no picture. */
const petsWithFindings = {
  name: 'pets.zip',
  bytes: writeZip([
    ...['cat', 'dog'].flatMap((name, label) =>
      Array.from({ length: 4 }, (_, i) => ({ path: `train/${name}/${i}.png`, bytes: plainPng(8, 8, [i, label, 9]) })),
    ),
    { path: 'train/cat/9.png', bytes: new TextEncoder().encode('no picture') },
    { path: 'test/cat/0.png', bytes: plainPng(8, 8, [2, 0, 9]) },
    { path: 'test/dog/0.png', bytes: plainPng(8, 8, [99, 1, 9]) },
  ]),
};

/** An archive that is cut off in its middle. */
const hostile = { name: 'bomb.zip', bytes: petsWithFindings.bytes.slice(0, 600) };

const database = {
  name: 'data.mdb',
  bytes: writeLmdb(
    Array.from({ length: 30 }, (_, i) => ({
      key: String(i).padStart(8, '0'),
      value: writeDatum({ encoded: true, data: plainPng(6, 6, [i, 0, 0]), label: i % 3 }),
    })),
  ),
};

async function hdf5() {
  await ready;
  const out = new HdfFile('/e2e.h5', 'w');
  out.create_dataset({ name: 'data', data: Float32Array.from({ length: 8 * 16 }, (_, i) => i), shape: [8, 1, 4, 4] });
  out.create_dataset({ name: 'label', data: Float32Array.of(0, 1, 2, 3, 0, 1, 2, 3), shape: [8] });
  out.close();
  return { name: 'numbers.h5', bytes: FS?.readFile('/e2e.h5').slice() ?? new Uint8Array(0) };
}

test('pictures in an archive become a set, which is divided and renamed; other formats stand beside it', async ({
  page,
}) => {
  await openReady(page);
  await drop(page, [pets]);
  const tab = monitorTab(page);
  await expect(step(page, 'Data')).toContainText('20', { timeout: 60_000 });
  await expect(tab).toContainText('3×8×12, 2 classes');
  const picture = tab
    .getByRole('region', { name: 'Images' })
    .getByRole('img', { name: /^cat, image/ })
    .first();
  const pixel = await picture.evaluate((node) => {
    const canvas = node instanceof HTMLCanvasElement ? node : node.querySelector('canvas');
    return [...(canvas?.getContext('2d')?.getImageData(1, 1, 1, 1).data ?? [])];
  });
  expect(pixel).toEqual([200, 10, 0, 255]);

  await tab.getByRole('button', { name: 'Hold out…' }).click();
  await page.getByRole('button', { name: 'Hold out 10%' }).click();
  await expect(tab).toContainText('18 training, 2 test images');
  await tab.getByRole('button', { name: 'Rename pets' }).click();
  await tab.getByRole('textbox', { name: 'Name of the data set' }).fill('Cats and dogs');
  await page.keyboard.press('Enter');
  await expect(sets(page)).toContainText('Cats and dogs');

  await chooseFiles(page, 'Choose files', [database]);
  await expect(tab).toContainText('30 training, 0 test images', { timeout: 60_000 });
  await chooseFiles(page, 'Choose files', [await hdf5()]);
  await expect(tab).toContainText('8 training, 0 test images', { timeout: 60_000 });
  await tab.getByRole('button', { name: 'Use sample digits' }).click();
  await expect(tab).toContainText('10,000 training, 2,000 test images', { timeout: 60_000 });
  await expect(sets(page).getByRole('listitem')).toHaveCount(5);
  await expect(tab).toContainText(/This page takes .* that the browser allows/);

  await page.reload();
  await showTab(page, 'Data');
  await expect(tab).toContainText('1×28×28, 10 classes', { timeout: 60_000 });
  await expect(sets(page)).toContainText('Cats and dogs');
});

test('data layers bind to sets by their source, with a menu where none is called so; subsets and findings', async ({
  page,
}) => {
  await openReady(page);
  await showTab(page, 'Data');
  const tab = monitorTab(page);
  // The opening network names sources that no set is called like.
  const menu = tab.getByRole('combobox', { name: 'Data set for examples/cifar10/cifar10_train_lmdb' });
  await expect(menu).toContainText('Shapes (stands in)');
  await expect(tab).toContainText('No set here is called so, and Shapes stands in.');
  await drop(page, [hostile]);
  await expect(tab.getByRole('alert')).toContainText('bomb.zip', { timeout: 60_000 });
  await expect(step(page, 'Data')).toContainText('Shapes');
  await drop(page, [petsWithFindings]);
  await expect(step(page, 'Data')).toContainText('pets', { timeout: 60_000 });
  await expect(menu).toHaveValue('pets');
  await expect(tab.getByRole('table', { name: /^Mean and deviation/ })).toContainText('mean');

  await tab.getByRole('radio', { name: /^Repeats/ }).click();
  await expect(tab).toContainText('1 test image of 2 can be learned by heart');
  await tab.getByRole('radio', { name: /^Broken/ }).click();
  await expect(tab.getByRole('table', { name: 'Records passed over' })).toContainText('train/cat/9.png');
  await tab.getByRole('radio', { name: 'All sets' }).click();
  await expect(tab.getByRole('table', { name: 'All data sets' }).getByRole('row')).toHaveCount(3);

  await tab.getByRole('button', { name: 'Subset…' }).click();
  await page.getByRole('textbox', { name: 'How many' }).fill('2');
  await page.getByRole('button', { name: 'Make the set' }).click();
  await expect(tab).toContainText('4 training, 2 test images');
  await menu.selectOption('Shapes');
  await expect(step(page, 'Data')).toContainText('Shapes', { timeout: 60_000 });
});
