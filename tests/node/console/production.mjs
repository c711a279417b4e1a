// A movie from its idea to its cast list, as the three roles work on it: the producer adds it, the director casts it, the assistant
// takes its cast list along, and the producer deletes and restores it. Prints as JSON what was seen.
//
//   production.mjs URL    of a server with the agency that is for trying things out

import { readFile } from 'node:fs/promises';

import { withBrowser } from '../browser.mjs';
import { goTo, openConsole, placeOf, press, screen, signIn, spoilToken, violations } from './steps.mjs';

const [url] = process.argv.slice(2);
const TITLE = 'The Tide Table';
const CAST = [
  ['Nada Haddad', 'The Pilot'],
  ['Yael Perlmuth', 'The Pilot'],
  ['Ren Takamori', 'The Keeper'],
];
const [NADA, YAEL, REN] = CAST.map(([name]) => name);

const dialog = (page) => page.getByRole('dialog');
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
/** Those of a section, in their order. */
const section = (page, status) => page.getByRole('region', { name: new RegExp(`^${status}: `) });
const namesIn = (page, status) => section(page, status).getByRole('rowheader').allInnerTexts();
/** What is told of those who are booked twice. */
const warnings = (page) => page.getByRole('region', { name: /Worth a second look/ });
const told = (page, text) => page.getByText(text, { exact: false }).first().waitFor();

async function open(browser, role, place, title) {
  const watched = await openConsole(browser, url, place, { acceptDownloads: true });
  await signIn(watched.page, role);
  await screen(watched.page, title);
  return watched;
}

/** The producer adds the movie, with a slip that is corrected at the field, and changes its release. */
async function add(page) {
  await press(page, 'Add movie');
  await dialog(page).getByLabel('Title').fill(TITLE);
  await dialog(page).getByLabel('Release date').fill('2029-05-07');
  await dialog(page).getByLabel('Shoot from').fill('2027-03-01');
  await press(dialog(page), 'Add movie');
  const slip = await dialog(page).getByText('must').first().innerText();
  await dialog(page).getByLabel('Shoot until').fill('2027-04-30');
  await press(dialog(page), 'Add movie');
  await screen(page, TITLE);
  await told(page, 'Now find its cast.');

  await press(page, 'Edit movie');
  await dialog(page).getByLabel('Release date').fill('2029-06-01');
  await press(dialog(page), 'Save');
  await told(page, 'The movie was saved.');
  return { slip, place: placeOf(page), facts: await page.getByRole('definition').allInnerTexts() };
}

async function assign(page, [name, character]) {
  await press(page, 'Assign actor');
  await page.getByRole('combobox', { name: 'Actor' }).fill(name.slice(0, 6));
  const suggested = await page.getByRole('option', { name }).innerText();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await dialog(page).getByLabel('Character').fill(character);
  await press(dialog(page), 'Assign');
  await row(page, name).waitFor();
  return suggested;
}

async function moveTo(page, name, status) {
  await press(page, `Move to: ${name}`);
  const offered = await page.getByRole('menuitem').allInnerTexts();
  await page.getByRole('menuitem', { name: status, exact: true }).click();
  return offered;
}

/** The director books two for one character, is warned, and takes it back. */
async function warn(page) {
  await moveTo(page, NADA, 'Booked');
  await section(page, 'Booked').getByRole('link', { name: NADA }).waitFor();
  await moveTo(page, YAEL, 'Booked');
  const notice = page.getByRole('region', { name: /^.Yael.*Worth a second look/ });
  const wrong = await violations(page);
  const warning = await notice.getByRole('listitem').first().innerText();
  await press(notice, 'Undo');
  await told(page, 'It is as it was before.');
  return { wrong, warning, booked: await namesIn(page, 'Booked') };
}

/** Several at once, then the order of the credits, by keyboard and by dragging. */
async function book(page) {
  await page.getByRole('checkbox', { name: `Select ${YAEL}` }).check();
  await page.getByRole('checkbox', { name: `Select ${REN}` }).check();
  await press(page, 'Move to: all that are selected');
  await page.getByRole('menuitem', { name: 'Booked', exact: true }).click();
  await section(page, 'Booked').getByRole('link', { name: REN }).waitFor();
  // Whoever plays somebody else is not warned of any more.
  await warnings(page).waitFor();
  await press(page, `Edit ${YAEL}`);
  await dialog(page).getByLabel('Character').fill('The Other Pilot');
  await press(dialog(page), 'Save');
  await warnings(page).waitFor({ state: 'detached' });
  const before = await namesIn(page, 'Booked');

  // The session ends meanwhile, and nothing of that is lost.
  await spoilToken(page, `/movies/${movie}/billing`, 'PUT');
  await page.getByRole('button', { name: new RegExp(`^${before[2]}, 3 of 3 in the billing`) }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await page.keyboard.press('Alt+ArrowUp');
  await told(page, 'The billing was saved.');
  const byKeys = await namesIn(page, 'Booked');

  const saved = () => page.waitForResponse((answer) => answer.url().endsWith('/billing') && answer.ok());
  let letGo;
  const held = new Promise((resolve) => {
    letGo = resolve;
  });
  await page.route('**/billing', (route) => held.then(() => route.continue()));
  await drag(page, byKeys[0], byKeys[2]);
  const saving = page.waitForRequest('**/billing');
  await page.mouse.up();
  await saving;
  // The next is held while that is saved.
  await drag(page, byKeys[2], byKeys[1]);
  const first = saved();
  letGo();
  await first;
  const second = saved();
  await page.mouse.up();
  await second;
  await press(page, 'Refresh');
  await told(page, 'The board is up to date.');
  return { before, byKeys, byDrag: await namesIn(page, 'Booked') };
}

/** Drags one over the other, and holds it there. */
async function drag(page, name, other) {
  const target = await row(page, other).boundingBox();
  const handle = page.getByRole('button', { name: new RegExp(`^${name}, \\d of 3 in the billing`) });
  const from = await handle.boundingBox();
  await handle.hover();
  await page.mouse.down();
  const y = from.y < target.y ? target.y + target.height - 2 : target.y + 2;
  await page.mouse.move(target.x + 200, y, { steps: 5 });
}

/** The place of one alone in the credits: another's is refused, and an undo brings the former one back. */
async function bill(page) {
  const place = (number) => row(page, REN).getByText(number, { exact: true });
  const [former] = (await row(page, REN).getByRole('cell', { name: /\d/ }).innerText()).split('\n');
  await press(page, `Edit ${REN}`);
  await dialog(page).getByLabel('Billing').fill('1');
  await press(dialog(page), 'Save');
  const refused = await dialog(page).getByRole('alert').innerText();
  await dialog(page).getByLabel('Billing').fill('7');
  await press(dialog(page), 'Save');
  await place('7').waitFor();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await place(former).waitFor();
  return { refused, former };
}

/** A booking ends with a reason; what was taken off the list by mistake comes back. */
async function release(page) {
  const offered = await moveTo(page, YAEL, 'Released');
  await press(dialog(page), 'Save');
  await dialog(page).getByText('Say why the booking ends.').waitFor();
  await dialog(page).getByLabel('Reason').fill('The shoot was moved');
  await press(dialog(page), 'Save');
  await section(page, 'Released').getByRole('link', { name: YAEL }).waitFor();
  const reason = await row(page, YAEL).getByText('The shoot was moved').isVisible();
  await press(page, `Remove ${YAEL}`);
  await row(page, YAEL).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await row(page, YAEL).waitFor();
  return { offered, reason, isBack: await row(page, YAEL).getByText('The shoot was moved').isVisible() };
}

/** The assistant reads the board and its history, and takes the cast list along. */
async function read(page) {
  const downloading = page.waitForEvent('download');
  await press(page, 'Export CSV');
  const download = await downloading;
  const csv = await readFile(await download.path(), 'utf8');
  await page.getByRole('heading', { level: 2, name: 'History' }).click();
  await page
    .getByRole('rowheader', { name: /\d{2}:\d{2}/ })
    .first()
    .waitFor();
  const history = await page.getByRole('region', { name: 'History' }).getByRole('row').count();
  const undo = await page.getByRole('button', { name: /^Undo/ }).count();
  await page.emulateMedia({ media: 'print' });
  const printed = { buttons: await page.getByRole('button').count(), cast: await namesIn(page, 'Booked') };
  await page.emulateMedia({ media: 'screen' });
  return { file: download.suggestedFilename(), lines: csv.trim().split('\n').length, history, undo, printed };
}

/** Whoever goes back to a long history finds as much of it, at the same place. */
async function returnTo(page) {
  const changes = page.getByRole('row');
  await goTo(page, '#/history', 'History');
  const first = await changes.count();
  await press(page, 'Show more');
  await changes.nth(first).waitFor();
  const more = await changes.count();
  await changes.last().getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor({ state: 'detached' });
  await page.goBack();
  await screen(page, 'History');
  await page.waitForFunction(() => scrollY > 0);
  return { first, isAll: (await changes.count()) === more };
}

/** The producer deletes the movie, sees that its actors are free, and finds it again in the trash. */
async function remove(page) {
  await press(page, 'Edit movie');
  await dialog(page).getByLabel('Title').fill('The Tide');
  // Going back would throw that away.
  await page.evaluate(() => history.back());
  await press(page.getByRole('dialog', { name: 'Discard what you typed?' }), 'Discard');
  await press(page, 'Delete movie');
  await press(dialog(page), 'Delete movie');
  await screen(page, 'Movies');
  const place = `#/movies/${movie}`;
  await goTo(page, '#/trash', 'Trash');
  await page.getByRole('link', { name: TITLE }).click();
  await screen(page, TITLE);
  const since = await page.getByText('In the trash since').isVisible();
  const wrong = await violations(page);
  await press(page, 'Restore');
  await page.getByRole('button', { name: 'Delete movie' }).waitFor();
  return { wrong, since, isBack: placeOf(page) === place, booked: await namesIn(page, 'Booked') };
}

let movie = '';
const seen = await withBrowser(async (browser) => {
  const producer = await open(browser, 'producer', '#/movies', 'Movies');
  const added = await add(producer.page);
  movie = added.place.split('/').pop();
  const director = await open(browser, 'director', added.place, TITLE);
  const suggested = [];
  for (const each of CAST) suggested.push(await assign(director.page, each));
  const cast = { suggested, warned: await warn(director.page), booked: await book(director.page) };
  cast.billed = await bill(director.page);
  const released = await release(director.page);
  const assistant = await open(browser, 'assistant', added.place, TITLE);
  const taken = await read(assistant.page);
  const returned = await returnTo(assistant.page);
  const removed = await remove(producer.page);
  const found = [producer, director, assistant].map((each) => each.found());
  return { added, cast, released, taken, returned, removed, found };
});
console.log(JSON.stringify(seen));
