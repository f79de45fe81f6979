/** CIFAR-10 from files: dropped or chosen, read with progress, shown, kept; a bad file gets a sentence and changes nothing. */
import { expect, test, type Page } from '@playwright/test';
import { chooseFiles, drop, monitorTab, openReady, showTab, step } from './crema-page.ts';
import { binary, classNames, counts, python, singleBatch, trainClass, trainPerClass } from './test-set.ts';

/** The sets that the Data tab lists. */
const sets = (page: Page) => page.getByRole('list', { name: 'Data sets kept in this browser' });

/** Collects what the Data tab's progress bar says from now on, since a small set may be read between two looks. */
async function watchProgress(page: Page): Promise<() => Promise<readonly { what: string; done: number }[]>> {
  const seen = await page.evaluateHandle(() => {
    const list: { what: string; done: number }[] = [];
    new MutationObserver(() => {
      const bar = document.querySelector('.data-job [role=progressbar]');
      const what = bar?.getAttribute('aria-label');
      if (bar != null && what != null) list.push({ what, done: Number(bar.getAttribute('aria-valuenow') ?? 0) });
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    return list;
  });
  return () => seen.jsonValue();
}

/** The whole test set is in use: its counts, class by class, and its first images with their labels. */
async function expectWholeSet(page: Page): Promise<void> {
  await expect(step(page, 'Data')).toContainText('2,200', { timeout: 60_000 });
  const tab = monitorTab(page);
  await expect(tab).toContainText(/2,000 train.*200 test/);
  for (const [label, name] of classNames.entries()) {
    const row = tab.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
    await expect(row.getByRole('cell').nth(1)).toHaveText(String(trainPerClass[label]));
    await expect(row.getByRole('cell').nth(2)).toHaveText(/^\d+$/);
  }
  await expect(tab.getByRole('img', { name: 'Mean image of the training images' })).toBeVisible();
  const grid = tab.getByRole('region', { name: 'Images' });
  for (const index of [0, 1, 2, 3]) {
    await expect(grid.getByRole('img', { name: `${trainClass(index)}, image ${index}`, exact: true })).toBeVisible();
  }
}

test('a dropped archive is read with progress, shown with its labels, and survives a reload', async ({ page }) => {
  await openReady(page);
  await showTab(page, 'Charts');
  const progress = await watchProgress(page);
  await drop(page, [binary()]);
  await expect(page.getByRole('tab', { name: 'Data' })).toHaveAttribute('aria-selected', 'true');
  await expectWholeSet(page);
  const seen = await progress();
  expect(seen.some(({ what, done }) => what !== '' && done > 0)).toBe(true);

  await test.step('the grid shows one split and one class', async () => {
    const grid = monitorTab(page).getByRole('region', { name: 'Images' });
    await grid.getByRole('radio', { name: 'Test' }).click();
    await expect(grid).toContainText(`/ ${counts.test}`);
    await grid.getByRole('combobox', { name: 'Class' }).selectOption(classNames[3] ?? '');
    await expect(grid.getByRole('img', { name: `${classNames[3]}, image` }).first()).toBeVisible();
    await expect(grid.getByRole('img', { name: `${classNames[4]}, image` })).toHaveCount(0);
  });

  await test.step('after a reload', async () => {
    await page.reload();
    await showTab(page, 'Data');
    await expectWholeSet(page);
  });

  await test.step('the sample is still there, and the set can be removed', async () => {
    await expect(sets(page).getByRole('listitem')).toHaveCount(2);
    await sets(page)
      .getByRole('button', { name: /^Shapes/ })
      .click();
    await expect(step(page, 'Data')).toContainText('Shapes · 10,000');
    await sets(page)
      .getByRole('button', { name: /^Remove / })
      .click();
    await expect(sets(page).getByRole('listitem')).toHaveCount(1);
  });
});

test('the python form and single batch files can be chosen', async ({ page }) => {
  await openReady(page);
  await showTab(page, 'Data');
  await test.step('cifar-10-python.tar.gz', async () => {
    await chooseFiles(page, 'Choose files', [python()]);
    await expectWholeSet(page);
  });
  await test.step('data_batch_1.bin and test_batch.bin', async () => {
    await chooseFiles(page, 'Choose files', [singleBatch('data_batch_1'), singleBatch('test_batch')]);
    await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
    await expect(monitorTab(page)).toContainText(/400 train.*\b200 test/);
  });
  await test.step('data_batch_1.bin alone', async () => {
    await drop(page, [singleBatch('data_batch_1')]);
    await expect(step(page, 'Data')).toContainText('400', { timeout: 60_000 });
    await expect(monitorTab(page)).toContainText(/400 train.*\b0 test/);
  });
});

test('a cut-off archive and a wrong file get a sentence, and the set before stays', async ({ page }) => {
  await openReady(page);
  await drop(page, [singleBatch('data_batch_1'), singleBatch('test_batch')]);
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
  const failure = monitorTab(page).getByRole('alert');
  await expect(failure).toHaveCount(0);

  const whole = binary();
  const broken = [
    { name: whole.name, bytes: whole.bytes.slice(0, whole.bytes.length / 2) },
    { name: 'notes.txt', bytes: new TextEncoder().encode('Nothing but a few words.\n') },
    { name: 'data_batch_1.bin', bytes: singleBatch('data_batch_1').bytes.slice(0, 5000) },
  ];
  for (const file of broken) {
    await test.step(file.name, async () => {
      await drop(page, [file]);
      await expect(failure).toContainText(file.name, { timeout: 60_000 });
      await expect(failure).toContainText(/expected|cut off|must be/);
      test.info().annotations.push({ type: file.name, description: await failure.innerText() });
      await expect(step(page, 'Data')).toContainText('600');
      await expect(monitorTab(page)).toContainText(/400 train.*\b200 test/);
      await failure.getByRole('button', { name: 'Dismiss' }).click();
      await expect(failure).toHaveCount(0);
    });
  }
  await page.reload();
  await expect(step(page, 'Data')).toContainText('600', { timeout: 60_000 });
});
