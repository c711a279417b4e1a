// Signs in as each role where the server is for trying things out, and prints as JSON what each sees.
//
//   sign-in.mjs URL

import { withBrowser } from '../browser.mjs';
import {
  goTo,
  isSignedIn,
  kept,
  openConsole,
  ownToken,
  placeOf,
  ROLES,
  roleOf,
  screen,
  signIn,
  spoilToken,
} from './steps.mjs';

const [url] = process.argv.slice(2);
const SEARCH = '#/actors?q=haddad';

/** What may be done here, by the names of buttons and links. */
const offered = async (page) => ({
  screens: await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts(),
  buttons: await page.getByRole('main').getByRole('button').allInnerTexts(),
});

async function work(browser, role) {
  const { page, found } = await openConsole(browser, url, '', { permissions: ['clipboard-read', 'clipboard-write'] });
  await screen(page, 'Sign in');
  const bare = await page.getByRole('banner').getByRole('link').allInnerTexts();
  await signIn(page, role);
  await screen(page, 'Actors');
  const first = { who: await page.getByRole('banner').innerText(), bare, ...(await offered(page)) };

  const offers = {};
  for (const [place, title] of [
    ['#/actors/1', 'Nada Haddad'],
    ['#/movies', 'Movies'],
    ['#/movies/1', 'Aihaga'],
  ]) {
    await goTo(page, place, title);
    offers[place] = (await offered(page)).buttons;
  }

  await goTo(page, SEARCH, 'Actors');
  await page.reload();
  await screen(page, 'Actors');
  const row = page.getByRole('row', { name: 'Nada Haddad' });
  await row.waitFor();
  const reloaded = {
    place: placeOf(page),
    search: await page.getByLabel('Search').inputValue(),
    rows: await page.getByRole('rowheader').allInnerTexts(),
    who: await page.getByRole('banner').innerText(),
  };

  const token = await ownToken(page);
  await page.getByRole('button', { name: 'Copy my token' }).click();
  await page.getByText('The token is on the clipboard.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const own = {
    isShown: copied === token,
    role: await roleOf(url, copied),
    expires: await page.getByText('It expires').isVisible(),
    isKept: (await kept(page)).includes(token),
  };

  await page.getByRole('button', { name: 'Sign out' }).click();
  await screen(page, 'Sign in');
  const told = await page.getByRole('main').getByRole('status').innerText();
  await page.reload();
  await screen(page, 'Sign in');
  const out = { told, kept: await kept(page), screens: (await offered(page)).screens };
  await page.context().close();
  return { first, offers, reloaded, own, out, found: found() };
}

/** A token that the server takes no longer is renewed, and the screen stays; what is typed in a dialog stays too. */
async function expire(browser) {
  const { page, found } = await openConsole(browser, url, SEARCH);
  await signIn(page, 'director');
  await page.getByRole('row', { name: 'Nada Haddad' }).waitFor();
  await spoilToken(page, '/actors');
  await page.getByRole('button', { name: 'Age' }).click();
  const told = page.getByText('Your session had ended, and is renewed.');
  await told.waitFor();
  await page.getByRole('row', { name: 'Nada Haddad' }).waitFor();
  const back = { place: placeOf(page), focused: await page.evaluate(() => document.activeElement.textContent) };
  await page.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Add actor' }).click();
  const dialog = page.getByRole('dialog');
  const looked = page.waitForResponse((answer) => answer.url().includes('q=typed'));
  await dialog.getByLabel('Name', { exact: true }).fill('Ada Typed');
  await looked;
  await dialog.getByLabel('Gender', { exact: true }).selectOption('Female');
  await dialog.getByLabel('Age in years').fill('40');
  await spoilToken(page, '/actors', 'POST');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText('Your session has ended.').waitFor();
  const typed = await dialog.getByLabel('Name', { exact: true }).inputValue();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await told.waitFor();
  await screen(page, 'Actors');
  await page.context().close();
  return { ...back, typed, found: found() };
}

/** A place that is asked for before anybody is signed in is shown as soon as somebody is. */
async function comeWithAnAddress(browser) {
  const { page, found } = await openConsole(browser, url, '#/token');
  await signIn(page, 'assistant');
  await screen(page, 'My token');
  await isSignedIn(page);
  await goTo(page, '#/nothing', 'There is nothing here');
  await page.getByRole('link', { name: 'To the first screen' }).click();
  await screen(page, 'Actors');
  await page.context().close();
  return { found: found() };
}

const seen = await withBrowser(async (browser) => {
  const roles = {};
  for (const role of Object.keys(ROLES)) roles[role] = await work(browser, role);
  return { roles, expired: await expire(browser), addressed: await comeWithAnAddress(browser) };
});
console.log(JSON.stringify(seen));
