// Works with actors as a Casting Director does, on an empty database: adds, imports, changes, deletes, restores and undoes. Prints as
// JSON what was seen.
//
//   people.mjs URL

import { withBrowser } from '../browser.mjs';
import { goTo, openConsole, placeOf, press, screen, signIn } from './steps.mjs';

const [url] = process.argv.slice(2);
/** A name that would do harm if it were read as markup, and one that turns its sentence around. */
const NAMES = ['<img src=x onerror=alert(1)>', 'مُنى الحداد'];
const GOOD = 'name,age,gender\nKen Ito,41,male\n"=1+1",30,non-binary\n';
const BAD = 'name,age,gender\nKen Ito,200,male\n,20,female\n';

async function begin(browser) {
  const watched = await openConsole(browser, url);
  await signIn(watched.page, 'director');
  await screen(watched.page, 'Actors');
  return watched;
}

const focused = (page) => page.evaluate(() => document.activeElement?.id.replace(/-\d+$/, ''));
const texts = (locator) => locator.allInnerTexts();

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
  await screen(page, NAMES.at(-1));
  return { refused, next, alike, place: placeOf(page) };
}

async function bring(page) {
  await goTo(page, '#/actors', 'Actors');
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
    await goTo(page, '#/actors?q=haddad', 'Actors');
    await page.getByRole('link', { name: 'Nada Haddad', exact: true }).click();
    await screen(page, 'Nada Haddad');
  };
  await open(page);
  await open(other);
  await edit(page, 'Nada H.');
  await edit(other, 'N. Haddad');
  await press(other.getByRole('dialog'), 'Save');
  await screen(other, 'N. Haddad');
  await press(page.getByRole('dialog'), 'Save');
  const conflict = page.getByRole('dialog', { name: 'Somebody else was faster' });
  await conflict.waitFor();
  const rows = await texts(conflict.getByRole('row').nth(1).getByRole('cell'));
  await press(conflict, 'Keep mine');
  await screen(page, 'Nada H.');
  await other.reload();
  await screen(other, 'Nada H.');

  await page.getByRole('button', { name: /^Undo Changed/ }).click();
  await screen(page, 'N. Haddad');
  return { rows, history: await page.getByRole('row').count() };
}

async function remove(page) {
  await press(page, 'Delete');
  await press(page.getByRole('dialog'), 'Delete');
  await screen(page, 'Actors');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await screen(page, 'N. Haddad');
  await press(page, 'Delete');
  await press(page.getByRole('dialog'), 'Delete');
  await screen(page, 'Actors');
  await goTo(page, '#/trash', 'Trash');
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('No actor is in the trash.').waitFor();
  const trash = { focused: await page.evaluate(() => document.activeElement?.textContent) };

  await goTo(page, '#/history?by=local%7Cdirector&entity=actor&action=restored', 'History');
  await page.getByRole('row').nth(2).waitFor();
  const restored = await page.getByRole('row').count();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByText('Imported 2 actors').waitFor();
  return { trash, restored, place: placeOf(page) };
}

const seen = await withBrowser(async (browser) => {
  const { page, found } = await begin(browser);
  const second = await begin(browser);
  const seen = { added: await add(page), imported: await bring(page), changed: await change(page, second.page) };
  return { ...seen, removed: await remove(page), found: [...found(), ...second.found()] };
});
console.log(JSON.stringify(seen));
