/** The nets of the gallery: opened from it, each whole and soon; pasted, their shapes, folded layers, phases and cards. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { layerTable } from '../app/layers/index.ts';
import { buildFitting } from '../app/caffe/net/build-fitting.ts';
import { costOf } from '../app/caffe/net/cost.ts';
import { galleryEntries, galleryNets, galleryText } from '../app/caffe/testing/gallery-files.ts';
import { graph, node, nodes, openReady, paste, shapeLabels } from './crema-page.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

interface PastedNet {
  /** Folder of the gallery and file in it. */
  readonly file: string;
  readonly phase: 'TRAIN' | 'TEST';
  /** Nodes that are drawn: layers that are not folded into another's. */
  readonly nodes: number;
  /** Some of the labels on its edges. */
  readonly shapes: readonly string[];
  /** Layers folded into a node: the node, and its rows from the top. */
  readonly folded: readonly [string, ...string[]];
}

// The sample set has colour images of 32×32, which LeNet takes as they come; its deploy form says 1×28×28 itself.
const nets: readonly PastedNet[] = [
  {
    file: 'cifar10_quick/train_test',
    phase: 'TRAIN',
    nodes: 10,
    shapes: [
      '100×3×32×32',
      'label 100',
      '100×32×32×32',
      '100×32×16×16',
      '100×32×8×8',
      '100×64×8×8',
      '100×64×4×4',
      '100×10',
    ],
    folded: ['pool1', 'relu1'],
  },
  {
    file: 'cifar10_full/deploy',
    phase: 'TEST',
    nodes: 11,
    shapes: ['1×3×32×32', '1×32×32×32', '1×32×8×8', '1×64×4×4', '1×10'],
    folded: ['pool1', 'relu1'],
  },
  {
    file: 'lenet/deploy',
    phase: 'TEST',
    nodes: 8,
    shapes: ['64×1×28×28', '64×20×24×24', '64×20×12×12', '64×50×8×8', '64×50×4×4', '64×500', '64×10'],
    folded: ['ip1', 'relu1'],
  },
  {
    file: 'resnet20/train_test',
    phase: 'TRAIN',
    nodes: 34,
    shapes: ['128×3×32×32', '128×16×32×32', '128×32×16×16', '128×64×8×8', '128×64×1×1', '128×10'],
    folded: ['res1a_conv1', 'res1a_bn1', 'res1a_scale1', 'res1a_relu1'],
  },
];

async function showPhase(page: Page, phase: 'TRAIN' | 'TEST'): Promise<void> {
  await page.getByRole('radio', { name: `Show the ${phase} phase` }).click();
}

test('a net of the gallery, pasted, becomes a graph with its shapes', async ({ page }) => {
  await openReady(page);
  for (const { file, phase, nodes: count, shapes, folded } of nets) {
    await test.step(file, async () => {
      await paste(page, 'Network', await readFile(`public/models/${file}.prototxt`, 'utf8'));
      await showPhase(page, phase);
      await page.getByRole('button', { name: 'Fit' }).click();
      await expect(nodes(page)).toHaveCount(count);
      // From far, labels give way to the picture as a whole.
      for (const shape of shapes)
        await expect(shapeLabels(page).getByText(shape, { exact: true }).first()).toBeAttached();
      const [producer, ...rows] = folded;
      for (const row of rows) {
        await expect(node(page, producer)).toContainText(row);
        await expect(node(page, row)).toHaveCount(0);
      }
      await expect(page.getByRole('button', { name: /\d errors?/ })).toHaveCount(0);
    });
  }
});

/** What the page should show of a text: the parameters that the Net step counts, and the names of its layers. */
function expectedOf(text: string): { readonly fact: string; readonly layers: readonly string[] } {
  // The page opens with the sample set, whose images are 32×32 in colour.
  const net = buildFitting(text, { phase: 'TRAIN', layers: layerTable, record: [3, 32, 32] });
  const { parameters } = costOf(net).totals;
  return { fact: `${parameters.toLocaleString('en')} params`, layers: net.layers.map(({ id }) => id) };
}

/**
 * Goes to an address and waits until the Net step and the graph show the net; resolves with the milliseconds that took.
 */
const openedIn = (page: Page, address: string, net: ReturnType<typeof expectedOf>): Promise<number> =>
  page.evaluate(
    ([hash, fact, layers]) =>
      new Promise<number>((resolve, reject) => {
        const begun = performance.now();
        const look = (): void => {
          const spent = performance.now() - begun;
          const step = document.querySelector('[data-step="net"]')?.textContent ?? '';
          const drawn = [...document.querySelectorAll('.react-flow__node')].map(
            (one) => one.getAttribute('data-id') ?? '',
          );
          const ours = drawn.some((id) => layers.includes(id));
          if (step.includes(fact) && ours) resolve(spent);
          else if (spent > 30_000)
            reject(new Error(`${hash}, at "${location.hash}": "${step}" for "${fact}", drawn: ${drawn.join(', ')}`));
          else requestAnimationFrame(look);
        };
        location.hash = hash;
        look();
      }),
    [address, net.fact, net.layers] as const,
  );

/** Milliseconds in which every net of the gallery opens, and how often a slow one may be tried. */
const SOON = 1000;
const TRIES = 4;

test('every net of the gallery opens soon, whole and without an error', async ({ page }) => {
  await openReady(page);
  const times = new Map<string, number>();
  const open = async ([file, form, { name }]: (typeof galleryNets)[number]): Promise<number> => {
    const address = `#/preset/${name}${form === 'deploy' ? '/deploy' : ''}`;
    const time = await openedIn(page, address, expectedOf(galleryText(file)));
    await expect(page.getByRole('button', { name: /\d errors?/ })).toHaveCount(0);
    return time;
  };
  for (const [i, net] of galleryNets.entries()) {
    await test.step(net[0], async () => {
      let best = await open(net);
      // A machine that does other work has its slow moments: the best of a few tries is what opening takes.
      for (let left = TRIES - 1; best > SOON && left > 0; left--) {
        const other = galleryNets[i === 0 ? 1 : i - 1];
        if (other !== undefined) await open(other);
        best = Math.min(best, await open(net));
      }
      times.set(net[0], best);
    });
  }
  const slowest = [...times].sort(([, a], [, b]) => b - a);
  const listed = slowest.slice(0, 5).map(([file, time]) => `${file} ${Math.round(time)}`);
  test.info().annotations.push({ type: 'slowest, ms', description: listed.join(', ') });
  expect(slowest.filter(([, time]) => time > SOON)).toEqual([]);
});

test('the gallery lists every net under its task', async ({ page }) => {
  await openReady(page);
  await page.getByRole('button', { name: /^Gallery/ }).click();
  const gallery = page.getByRole('dialog', { name: 'Gallery' });
  for (const task of new Set(galleryEntries.map((entry) => entry.task))) {
    const members = galleryEntries.filter((entry) => entry.task === task).map(({ title }) => title);
    const titles = gallery.getByRole('region', { name: task, exact: true }).locator('.gallery-title');
    await expect(titles).toHaveText(members);
  }
  await gallery.getByRole('button', { name: /^Autoencoder/ }).click();
  await expect(gallery).toBeHidden();
  await expect(node(page, 'encode1')).toBeVisible();
  // The sample set has colour images: the net is shown for digits, and says so.
  await expect(shapeLabels(page).getByText('100×784', { exact: true }).first()).toBeVisible();
});

test('the graph runs from top to bottom, follows the phase, and a card says how a layer is set', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', await readFile('public/models/cifar10_quick/train_test.prototxt', 'utf8'));
  await expect(nodes(page)).toHaveCount(10);

  await test.step('each layer stands below the one it reads', async () => {
    await page.getByRole('button', { name: 'Fit' }).click();
    const chain = ['cifar', 'conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'pool3', 'ip1', 'ip2', 'loss'];
    const tops = await Promise.all(chain.map(async (layer) => (await node(page, layer).boundingBox())?.y ?? NaN));
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  });

  await test.step('families differ in colour', async () => {
    const colour = (layer: string) =>
      node(page, layer)
        .locator('.layer-node')
        .evaluate((element) => getComputedStyle(element).borderLeftColor);
    const [conv1, conv2, pool1, loss] = await Promise.all(['conv1', 'conv2', 'pool1', 'loss'].map(colour));
    expect(conv2).toBe(conv1);
    expect(new Set([conv1, pool1, loss]).size).toBe(3);
  });

  await test.step('TEST has an accuracy, TRAIN has none', async () => {
    await expect(node(page, 'accuracy')).toHaveCount(0);
    await showPhase(page, 'TEST');
    await expect(node(page, 'accuracy')).toBeVisible();
    await expect(nodes(page)).toHaveCount(11);
    await showPhase(page, 'TRAIN');
    await expect(node(page, 'accuracy')).toHaveCount(0);
  });

  await test.step('hovering a node opens its card', async () => {
    await node(page, 'conv1').hover();
    const card = graph(page).getByRole('tooltip');
    await expect(card).toContainText('Convolution');
    for (const [setting, value] of [
      ['num_output', '32'],
      ['kernel_size', '5'],
      ['pad', '2'],
      ['Parameters, 2,432', '32×3×5×5'],
      ['In', 'data 100×3×32×32'],
      ['Out', 'conv1 100×32×32×32'],
    ] as const) {
      const line = card.locator('dl > div').filter({ has: page.getByText(setting, { exact: true }) });
      await expect(line).toContainText(value);
    }
    await expect(card).toContainText('246 M');
    await page.mouse.move(5, 5);
    await expect(card).toBeHidden();
  });
});
