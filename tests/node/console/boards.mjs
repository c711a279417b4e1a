// Two people at one cast board: whoever saves second sees both versions, chooses, and both see the same. Prints as JSON what they see.
//
//   boards.mjs URL MOVIE TITLE ACTOR    an actor on the board of that movie, who is not booked

import { withBrowser } from '../browser.mjs';
import { openConsole, screen, signIn } from './steps.mjs';

const [url, movie, title, actor] = process.argv.slice(2);
const row = (page) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: actor }) });
const dialog = (page, name) => page.getByRole('dialog', { name });
const press = (scope, name) => scope.getByRole('button', { name, exact: true }).click();

async function open(browser, role) {
  const watched = await openConsole(browser, url, `#/movies/${movie}`);
  await signIn(watched.page, role);
  await screen(watched.page, title);
  return watched;
}

/** Opens the casting and writes the character into it. */
async function write(page, character) {
  await press(row(page), `Edit ${actor}`);
  await page.getByRole('dialog').getByLabel('Character').fill(character);
}

const save = (page) => press(page.getByRole('dialog'), 'Save');

/** The whole board, as it is read. */
async function board(page) {
  await press(page, 'Refresh');
  await page.getByText(/The board is up to date|the board shows it now/).waitFor();
  return page.getByRole('main').getByRole('row').allInnerTexts();
}

/** Both have written something else before one of them saves. */
async function collide(first, second, [theirs, mine], choice) {
  await write(second, mine);
  await write(first, theirs);
  await save(first);
  await row(first).getByText(theirs).waitFor();
  await save(second);
  const conflict = dialog(second, 'Somebody else was faster');
  await conflict.waitFor();
  const shown = await conflict.getByRole('row').allInnerTexts();
  await press(conflict, choice);
  await row(second)
    .getByText(choice === 'Keep mine' ? mine : theirs)
    .waitFor();
  const boards = [await board(second), await board(first)];
  return { shown, boards, character: await row(first).getByRole('cell').nth(1).innerText() };
}

const seen = await withBrowser(async (browser) => {
  const [one, two] = [await open(browser, 'director'), await open(browser, 'producer')];
  const keeps = await collide(one.page, two.page, ['Mira', 'Vera'], 'Keep mine');
  const takes = await collide(one.page, two.page, ['Lena', 'Tara'], 'Take theirs');
  return { keeps, takes, found: [one.found(), two.found()] };
});
console.log(JSON.stringify(seen));
