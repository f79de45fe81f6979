/** Documents: nothing that is opened takes the place of work; several of them, in several tabs; files; a full storage. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import {
  downloadOf,
  drop,
  exportBytes,
  expectText,
  focusEditor,
  graph,
  node,
  nodes,
  openReady,
  paste,
  step,
} from './crema-page.ts';
import { tinyNet } from './tiny-net.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const nameField = (page: Page) => page.getByLabel('Name of the network');

/** The names in the menu of documents, the one on the page marked. */
async function documents(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Documents' }).click();
  const names = await page
    .getByRole('group', { name: 'Documents in this browser' })
    .locator('.menu-name')
    .allInnerTexts();
  await page.keyboard.press('Escape');
  return names.map((name) => name.replace(/\s*,? on the page now/, ' *').trim()).sort();
}

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Documents' }).click();
  await page
    .getByRole('menuitem')
    .filter({ has: page.getByText(item, { exact: true }) })
    .click();
}

const bytes = (text: string) => new TextEncoder().encode(text);

test('opening never takes the place of work, and documents keep their texts and histories', async ({ page }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await nameField(page).fill('mine');
  await page.keyboard.press('Enter');

  await test.step('the gallery opens another document', async () => {
    await page.getByRole('button', { name: 'Gallery' }).click();
    const gallery = page.getByRole('dialog', { name: 'Gallery' });
    await gallery.getByLabel('Search the gallery').fill('quick');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(gallery).toBeHidden();
    await expect(node(page, 'conv3')).toBeVisible();
    await expect(nameField(page)).toHaveValue('cifar10_quick');
    await expect(step(page, 'Net')).toContainText('145,578');
    expect(await documents(page)).toEqual(['cifar10_quick *', 'mine']);
  });

  await test.step('an untouched one makes room for a dropped file', async () => {
    const lenet = await readFile('public/models/lenet/train_test.prototxt', 'utf8');
    const solver = await readFile('public/models/lenet/solver.prototxt', 'utf8');
    await drop(page, [
      { name: 'lenet_train_test.prototxt', bytes: bytes(lenet) },
      { name: 'lenet_solver.prototxt', bytes: bytes(solver) },
    ]);
    await expect(nameField(page)).toHaveValue('lenet');
    await expectText(page, 'Network', lenet);
    await expectText(page, 'Solver', solver);
    expect(await documents(page)).toEqual(['lenet *', 'mine']);
  });

  await test.step('a dropped solver goes to the document there is, as a step that can be undone', async () => {
    const before = await readFile('public/models/lenet/solver.prototxt', 'utf8');
    await drop(page, [{ name: 'faster_solver.prototxt', bytes: bytes('base_lr: 0.02\r\nmax_iter: 50\r\n') }]);
    await expect(nameField(page)).toHaveValue('lenet');
    await expectText(page, 'Solver', 'base_lr: 0.02\nmax_iter: 50\n');
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await expectText(page, 'Solver', before);
  });

  await test.step('each has its history', async () => {
    await choose(page, 'mine');
    await expectText(page, 'Network', tinyNet);
    await expect(nodes(page)).toHaveCount(4);
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await expect(node(page, 'conv3')).toBeVisible();
    await graph(page).focus();
    await page.keyboard.press('Control+y');
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('a copy, an empty one, and the last deletion taken back', async () => {
    await choose(page, 'Duplicate');
    await expect(nameField(page)).toHaveValue('mine 2');
    await choose(page, 'New');
    await expect(graph(page).getByText('No network yet')).toBeVisible();
    expect(await documents(page)).toEqual(['lenet', 'mine', 'mine 2', 'untitled *']);
    await choose(page, 'mine 2');
    await choose(page, 'Delete');
    expect(await documents(page)).not.toContain('mine 2');
    await page
      .getByRole('status')
      .filter({ hasText: 'mine 2 is deleted' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect(nameField(page)).toHaveValue('mine 2');
    await expectText(page, 'Network', tinyNet);
  });

  await test.step('a reload shows what was there', async () => {
    await page.reload();
    await expect(nameField(page)).toHaveValue('mine 2');
    await expectText(page, 'Network', tinyNet);
  });
});

test('tabs follow each other while they rest, and lose nothing when both change', async ({ page, context }) => {
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await expect(nodes(page)).toHaveCount(4);
  const other = await context.newPage();
  await other.goto('/');
  await expect(nodes(other)).toHaveCount(4);
  await focusEditor(other, 'Network');
  await other.keyboard.press('Control+Home');
  await other.keyboard.type('# theirs\n');
  await page.bringToFront();
  await expectText(page, 'Network', `# theirs\n${tinyNet}`);

  // Both change before either has heard of the other: the storage is written behind this tab's back.
  const name = await nameField(page).inputValue();
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((one) => one.startsWith('crema.document.')) ?? '';
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>;
    localStorage.setItem(key, JSON.stringify({ ...stored, netText: 'name: "third"\n', revision: 'third' }));
  });
  await focusEditor(page, 'Network');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# mine\n');
  await expect(
    page.getByRole('status').filter({ hasText: 'was changed in another tab at the same time' }),
  ).toBeVisible();
  await expect(nameField(page)).toHaveValue(`${name} 2`);
  await expectText(page, 'Network', `# mine\n# theirs\n${tinyNet}`);
  await choose(page, name);
  await expectText(page, 'Network', 'name: "third"\n');
});

test('a full storage is said in a sentence, and the text is not lost', async ({ page }) => {
  await page.addInitScript(() => {
    const plain: (this: Storage, key: string, value: string) => void = Reflect.get(Storage.prototype, 'setItem');
    Storage.prototype.setItem = function (key: string, value: string) {
      if (key.startsWith('crema.document.') && value.includes('# too much'))
        throw new DOMException('full', 'QuotaExceededError');
      plain.call(this, key, value);
    };
  });
  await openReady(page);
  await paste(page, 'Network', `# too much\n${tinyNet}`);
  await expect(
    page.getByRole('alert').filter({ hasText: 'storage that the browser gives this page is full' }),
  ).toBeVisible();
  await expect(page.getByText('not kept')).toBeVisible();
  await paste(page, 'Network', tinyNet);
  await expect(page.getByText('not kept')).toBeHidden();
});

test('files are opened and saved, through the browser’s file access or as downloads', async ({ page }) => {
  await page.addInitScript(() => {
    // The dialogs of a real browser cannot be answered here: files of the page's own stand in for what a person chooses.
    const file = async (name: string) => (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
    Object.assign(window, {
      showOpenFilePicker: async () => [await file('chosen.prototxt')],
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => file(suggestedName),
    });
  });
  await openReady(page);
  const content = (name: string) =>
    page.evaluate(async (one) => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle(one);
      return (await handle.getFile()).text();
    }, name);
  await page.evaluate(
    async (text) => {
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('chosen.prototxt', { create: true });
      const writable = await handle.createWritable();
      await writable.write(text);
      await writable.close();
    },
    tinyNet.replaceAll('\n', '\r\n'),
  );

  await graph(page).focus();
  await page.keyboard.press('Control+o');
  await expect(nameField(page)).toHaveValue('chosen');
  await expectText(page, 'Network', tinyNet);
  await focusEditor(page, 'Network');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# saved\n');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('status').filter({ hasText: 'Saved as chosen.prototxt' })).toBeVisible();
  expect(await content('chosen.prototxt')).toBe(`# saved\n${tinyNet}`);
  await page.keyboard.press('Control+Shift+s');
  await expect.poll(() => content('chosen.prototxt').catch(() => '')).toContain('# saved');

  await test.step('after a reload, to the same file, as far as the browser lets it', async () => {
    await page.reload();
    await focusEditor(page, 'Network');
    await page.evaluate(() => {
      const asked: PermissionState[] = ['denied', 'granted'];
      Object.assign(FileSystemFileHandle.prototype, {
        queryPermission: () => Promise.resolve('prompt'),
        requestPermission: () => Promise.resolve(asked.shift()),
      });
    });
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('# again\n');
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('status').filter({ hasText: 'chosen.prototxt is as it was' })).toBeVisible();
    expect(await content('chosen.prototxt')).toBe(`# saved\n${tinyNet}`);
    await page.keyboard.press('Control+s');
    await expect(page.getByRole('status').filter({ hasText: 'Saved as chosen.prototxt' })).toBeVisible();
    expect(await content('chosen.prototxt')).toBe(`# again\n# saved\n${tinyNet}`);
  });

  await test.step('without file access, as a download', async () => {
    await page.addInitScript(() => {
      Object.assign(window, { showOpenFilePicker: undefined, showSaveFilePicker: undefined });
    });
    await page.reload();
    await focusEditor(page, 'Network');
    const saved = await downloadOf(page, () => page.keyboard.press('Control+s'));
    expect(saved.name).toBe('chosen.prototxt');
    expect(new TextDecoder().decode(saved.bytes)).toBe(`# again\n# saved\n${tinyNet}`);
  });
});

test('a weights file shows the network it holds, without any prototxt', async ({ page }) => {
  const weights = await readFile('public/models/opening/weights.caffemodel');
  await openReady(page);
  await paste(page, 'Network', tinyNet);
  await drop(page, [{ name: 'found.caffemodel', bytes: weights }]);
  await page
    .getByRole('status')
    .filter({ hasText: 'found.caffemodel holds its network too' })
    .getByRole('button', { name: 'Show it' })
    .click();
  await expect(nameField(page)).toHaveValue('found');
  await expect(node(page, 'conv3')).toBeVisible();
  const text = new TextDecoder().decode((await exportBytes(page, 'Network')).bytes);
  expect(text).toContain('num_output: 64');
  expect(text).not.toMatch(/blobs|_split|phase: TRAIN\n {2}(type|bottom)/);
  expect(await documents(page)).toEqual(['found *', 'opening']);
});
