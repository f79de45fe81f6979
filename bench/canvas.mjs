// How long it takes from pasted text to a picture, from a key to its effect in the graph, and how even it moves: ResNet-152
// and GoogLeNet in headless Chromium on this machine.
//   node bench/canvas.mjs [FOLDER OF THE BUILT PAGE]
import { readFileSync } from 'node:fs';
import { openBrowser } from './common/browser.mjs';
import { serveBuiltPage } from './common/built-page.mjs';
import { duration, median } from './common/figures.mjs';
import { ROOT } from '../tools/setup.mjs';

const tries = 5;
const network = (name) => readFileSync(`${ROOT}public/models/${name}/deploy.prototxt`, 'utf8');

const { address, close } = await serveBuiltPage(process.argv[2] ?? 'dist');
const browser = await openBrowser({ webgpu: true });
try {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  await open(page);
  const small = network('lenet');
  for (const [name, title, last] of [
    ['googlenet', 'GoogLeNet', 'group:inception_5b'],
    ['resnet152', 'ResNet-152', 'fc1000'],
  ]) {
    const times = [];
    for (let i = 0; i < tries; i++) {
      await paste(page, small, 'ip2');
      times.push(await paste(page, network(name), last));
    }
    console.log(`${title}: ${duration(median(times))} from paste to picture (median of ${tries})`);
  }
  console.log(`ResNet-152: ${duration(await groups(page))} to open all groups: all layers laid out and drawn`);
  const edits = [];
  for (let i = 0; i < tries; i++) edits.push(await edit(page, i));
  console.log(
    `ResNet-152, all open: ${duration(median(edits))} from a key to its effect in the graph (median of ${tries})`,
  );
  for (const [what, move] of [
    ['zoom', zoom],
    ['pan', pan],
    ['drag', drag],
  ]) {
    const frames = await framesDuring(page, move);
    console.log(
      `ResNet-152, all open, ${what}: longest frame ${duration(Math.max(...frames))}, median ${duration(median(frames))}`,
    );
  }
} finally {
  await browser.close();
  await close();
}

/** The page, as soon as the graph is there. */
async function open(page) {
  await page.goto(address);
  await page.locator('.react-flow__node').first().waitFor({ timeout: 60_000 });
  await page.getByRole('navigation', { name: 'Steps' }).getByLabel('ready', { exact: true }).nth(3).waitFor();
}

/** Replaces the text of the network, and measures from the paste to the frame after the node of a layer is drawn. */
async function paste(page, text, layer) {
  await page.getByRole('textbox', { name: 'Network, Caffe prototxt' }).focus();
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press('Control+a');
  await page.evaluate(
    (id) =>
      void (window.benchDone = new Promise((resolve) => {
        let start;
        const look = () => {
          const there = document.querySelector(`.react-flow__node[data-id="${id}"]`) !== null;
          if (there) requestAnimationFrame(() => resolve(performance.now() - start));
          else requestAnimationFrame(look);
        };
        document.addEventListener(
          'paste',
          () => {
            start = performance.now();
            look();
          },
          { capture: true, once: true },
        );
      })),
    layer,
  );
  await page.keyboard.press('Control+v');
  return page.evaluate(() => window.benchDone);
}

/** Opens all groups; until the frames are drawn. */
async function groups(page) {
  await page.getByRole('region', { name: 'Network graph' }).focus();
  await page.evaluate(
    () =>
      void (window.benchDone = new Promise((resolve) => {
        addEventListener(
          'keydown',
          ({ timeStamp }) => {
            const look = () => {
              if (document.querySelectorAll('.group-frame').length > 40) {
                requestAnimationFrame(() => resolve(performance.now() - timeStamp));
              } else requestAnimationFrame(look);
            };
            look();
          },
          { capture: true, once: true },
        );
      })),
  );
  await page.keyboard.press(']');
  return page.evaluate(() => window.benchDone);
}

/** Changes the outputs of the first convolution by a key; until the node says so. */
async function edit(page, turn) {
  await page.getByRole('textbox', { name: 'Network, Caffe prototxt' }).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+f');
  await page.locator('.find-widget textarea').first().waitFor();
  await page.keyboard.type('num_output: 6');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  const key = String((turn % 5) + 5);
  await page.evaluate(
    (digit) =>
      void (window.benchDone = new Promise((resolve) => {
        addEventListener(
          'keydown',
          ({ timeStamp }) => {
            const look = () => {
              const summary = document.querySelector('.react-flow__node[data-id="conv1"] .layer-node-summary');
              if (summary?.textContent.startsWith(`6${digit} `))
                requestAnimationFrame(() => resolve(performance.now() - timeStamp));
              else requestAnimationFrame(look);
            };
            look();
          },
          { capture: true, once: true },
        );
      })),
    key,
  );
  await page.keyboard.press(key);
  return page.evaluate(() => window.benchDone);
}

/** Milliseconds between the frames while something goes on. */
async function framesDuring(page, move) {
  await page.evaluate(() => {
    const frames = [];
    let last = performance.now();
    const tick = (now) => {
      frames.push(now - last);
      last = now;
      if (window.benchFrames !== undefined) requestAnimationFrame(tick);
    };
    window.benchFrames = frames;
    requestAnimationFrame(tick);
  });
  await move(page);
  return page.evaluate(() => {
    const frames = window.benchFrames.slice(2);
    delete window.benchFrames;
    return frames;
  });
}

async function middle(page) {
  const box = await page.getByRole('region', { name: 'Network graph' }).boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function zoom(page) {
  const { x, y } = await middle(page);
  await page.mouse.move(x, y);
  await page.keyboard.down('Control');
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 30 ? 60 : -60);
  await page.keyboard.up('Control');
}

async function pan(page) {
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, 90);
}

async function drag(page) {
  const node = page.locator('.react-flow__node').nth(4);
  const box = await node.boundingBox();
  await page.mouse.move(box.x + 30, box.y + 8);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) await page.mouse.move(box.x + 30 + i * 2, box.y + 8 + (i % 20));
  await page.mouse.up();
}
