// Works with actors as a Casting Director does, on an empty database: adds, imports, changes, deletes, restores and undoes. Prints as
// JSON what was seen.
//
//   people.mjs URL

import { DESK, watchedPage, withBrowser } from '../browser.mjs';

const [url] = process.argv.slice(2);
/** A name that would do harm if it were read as markup, and one that turns its sentence around. */
const NAMES = ['<img src=x onerror=alert(1)>', 'مُنى الحداد'];
const GOOD = 'name,age,gender\nKen Ito,41,male\n"=1+1",30,non-binary\n';
const BAD = 'name,age,gender\nKen Ito,200,male\n,20,female\n';

async function begin(browser) {
  const watched = await watchedPage(browser, { viewport: DESK, locale: 'en-GB', timezoneId: 'UTC' });
  await watched.page.goto(`${url}/console/`);
  await watched.page.getByRole('button', { name: 'Sign in as Casting Director' }).click();
  await heading(watched.page, 'Actors');
  return watched;
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const press = (scope, name) => scope.getByRole('button', { name, exact: true }).click();
const focused = (page) => page.evaluate(() => document.activeElement?.id.replace(/-\d+$/, ''));
const texts = (locator) => locator.allInnerTexts();

async function go(page, place, title) {
  await page.evaluate((place) => {
    location.hash = place;
  }, place);
  await heading(page, title);
}

async function add(page) {
  const dialog = page.getByRole('dialog', { name: 'Add actor' });
  const name = dialog.getByLabel('Name', { exact: true });
  await press(page, 'Add actor');
  await name.press('Enter');
  await dialog.getByText('must not be empty').first().waitFor();
  const refused = { told: await dialog.getByText('must', { exact: false }).count(), focused: await focused(page) };

  await name.fill('Nada Haddad');
  await dialog.getByLabel('Gender', { exact: true }).selectOption('Female');
  await dialog.getByLabel('Age in years').fill('20');
  await press(dialog, 'Save and add another');
  await dialog.getByText('is added. Who is next?').waitFor();
  const next = { name: await name.inputValue(), focused: await focused(page) };

  await name.fill('nada');
  await dialog.getByText('Already in the agency').waitFor();
  const alike = await texts(dialog.getByRole('link'));
  for (const each of NAMES) {
    await name.fill(each);
    await dialog.getByLabel('Gender', { exact: true }).selectOption('Other');
    await dialog.getByLabel('Gender in their own words').fill('agender');
    await dialog.getByLabel('By birth date').check();
    await dialog.getByLabel('Birth date', { exact: true }).fill('1990-02-03');
    if (each !== NAMES.at(-1)) await press(dialog, 'Save and add another');
    else await dialog.getByLabel('Birth date', { exact: true }).press('Enter');
    await page.getByText('is added.').first().waitFor();
  }
  await heading(page, NAMES.at(-1));
  return { refused, next, alike, place: new URL(page.url()).hash };
}

async function bring(page) {
  await go(page, '#/actors', 'Actors');
  const dialog = page.getByRole('dialog', { name: 'Import actors' });
  const file = (text) => ({ name: 'agency.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await press(page, 'Import CSV');
  await dialog.getByLabel('A CSV file').setInputFiles(file(BAD));
  await dialog.getByRole('alert').waitFor();
  const faults = await texts(dialog.getByRole('row'));
  await dialog.getByLabel('A CSV file').setInputFiles(file(GOOD));
  // The button has the focus.
  await dialog.getByRole('button', { name: 'Import 2 rows' }).press('Enter');
  await page.getByText('Imported 2 actors.').waitFor();
  await page.getByRole('row', { name: 'Ken Ito' }).waitFor();
  return { faults, rows: await texts(page.getByRole('rowheader')) };
}

/** Two people change one actor: the second sees both versions, and keeps what they wrote. */
async function change(page, other) {
  const edit = async (page, name) => {
    await press(page, 'Edit');
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(name);
  };
  const open = async (page) => {
    await go(page, '#/actors?q=haddad', 'Actors');
    await page.getByRole('link', { name: 'Nada Haddad', exact: true }).click();
    await heading(page, 'Nada Haddad');
  };
  await open(page);
  await open(other);
  await edit(page, 'Nada H.');
  await edit(other, 'N. Haddad');
  await press(other.getByRole('dialog'), 'Save');
  await heading(other, 'N. Haddad');
  await press(page.getByRole('dialog'), 'Save');
  const conflict = page.getByRole('dialog', { name: 'Somebody else was faster' });
  await conflict.waitFor();
  const rows = await texts(conflict.getByRole('row').nth(1).getByRole('cell'));
  await press(conflict, 'Keep mine');
  await heading(page, 'Nada H.');
  await other.reload();
  await heading(other, 'Nada H.');

  await page.getByRole('button', { name: /^Undo Changed/ }).click();
  await heading(page, 'N. Haddad');
  return { rows, history: await page.getByRole('row').count() };
}

async function remove(page) {
  await press(page, 'Delete');
  await press(page.getByRole('dialog'), 'Delete');
  await heading(page, 'Actors');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await heading(page, 'N. Haddad');
  await press(page, 'Delete');
  await press(page.getByRole('dialog'), 'Delete');
  await heading(page, 'Actors');
  await go(page, '#/trash', 'Trash');
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('No actor is in the trash.').waitFor();
  const trash = { focused: await page.evaluate(() => document.activeElement?.textContent) };

  await go(page, '#/history?by=local%7Cdirector&entity=actor&action=restored', 'History');
  await page.getByRole('row').nth(2).waitFor();
  const restored = await page.getByRole('row').count();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('Imported 2 actors').waitFor();
  return { trash, restored, place: new URL(page.url()).hash };
}

const seen = await withBrowser(async (browser) => {
  const { page, found } = await begin(browser);
  const second = await begin(browser);
  const seen = { added: await add(page), imported: await bring(page), changed: await change(page, second.page) };
  return { ...seen, removed: await remove(page), found: [...found(), ...second.found()] };
});
console.log(JSON.stringify(seen));
