// What the scenarios of the console have in common. They find everything as a person would: by what it is and what it is called.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { DESK, watchedPage } from '../browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARD = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

export const ROLES = { assistant: 'Casting Assistant', director: 'Casting Director', producer: 'Executive Producer' };

/** A new page at that place of the console, such as `#/actors`, and `found()`. The options are those of a context of Playwright. */
export async function openConsole(browser, url, place = '', options = {}) {
  const watched = await watchedPage(browser, { viewport: DESK, locale: 'en-GB', timezoneId: 'UTC', ...options });
  await watched.page.goto(`${url}/console/${place}`);
  return watched;
}

/** Chooses a role, where the server is for trying things out. */
export async function signIn(page, role) {
  await page.getByRole('button', { name: `Sign in as ${ROLES[role]}`, exact: true }).click();
  await isSignedIn(page);
}

export const isSignedIn = (page) => page.getByRole('button', { name: 'Sign out' }).waitFor();

/** Presses the button of that name in a page, or in a part of one. */
export const press = (scope, name) => scope.getByRole('button', { name, exact: true }).click();

/** Waits for the screen of that title. */
export const screen = (page, title) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();

/** Goes to another place of the console, whose screen has that title. */
export async function goTo(page, place, title) {
  await page.evaluate((place) => {
    location.hash = place;
  }, place);
  await screen(page, title);
}

/** The place that the address says. */
export const placeOf = (page) => new URL(page.url()).hash;

/** Everything that the page keeps beyond its own life. */
export const kept = async (page) =>
  JSON.stringify([
    await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    await page.context().cookies(page.url()),
  ]);

/** What the screen of one's own token shows. */
export async function ownToken(page) {
  await page.getByRole('link', { name: 'My token' }).click();
  await screen(page, 'My token');
  return page.getByLabel('Access token').inputValue();
}

/** The role that the server takes a token for. */
export async function roleOf(url, token) {
  const answer = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()).role;
}

/** Has the server find the next such request without a valid token, as if it had expired. */
export async function spoilToken(page, path, method = 'GET') {
  const isAt = (address) => address.pathname === path;
  let isSpoilt = false;
  await page.route(isAt, (route) => {
    if (isSpoilt || route.request().method() !== method) return route.fallback();
    isSpoilt = true;
    const headers = { ...route.request().headers(), authorization: 'Bearer spoilt' };
    return route.continue({ headers });
  });
}

/** What axe-core has to say of what is shown now, each with the elements that it is about. */
export async function violations(page, runOnly = STANDARD) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((runOnly) => window.axe.run({ runOnly }), runOnly);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
}
