// Looks at every screen of the console in light, in dark and on a telephone: axe-core says what keeps people out, and pictures are
// taken into the folder. Prints as JSON what is wrong with each.
//
//   looks.mjs URL FOLDER

import { join } from 'node:path';

import { DESK, isTooNarrow, TELEPHONE, withBrowser } from '../browser.mjs';
import { goTo, openConsole, press, screen, signIn, violations } from './steps.mjs';

const [url, folder] = process.argv.slice(2);

/** The ways to look at it. */
const VIEWS = {
  light: { viewport: DESK, colorScheme: 'light' },
  dark: { viewport: DESK, colorScheme: 'dark' },
  telephone: { viewport: TELEPHONE, colorScheme: 'light', hasTouch: true, isMobile: true },
};

/** What is looked at, in this order, each with the way to it. */
const SCREENS = {
  'sign-in': (page) => screen(page, 'Sign in'),
  actors: async (page) => {
    await signIn(page, 'producer');
    await page.getByRole('row').nth(20).waitFor();
  },
  'actors-filtered': async (page) => {
    await page.getByText('Filters', { exact: true }).click();
    await page.getByLabel('Age from').fill('200');
    await page.getByText('must be').first().waitFor();
  },
  'actors-none': async (page) => {
    await goTo(page, '#/actors?q=nobody-has-this-name', 'Actors');
    await page.getByText('No actor matches').waitFor();
  },
  'actor-adding': async (page) => {
    await goTo(page, '#/actors', 'Actors');
    await press(page, 'Add actor');
    await press(page.getByRole('dialog'), 'Save');
    await page.getByText('must not be empty').first().waitFor();
  },
  importing: async (page) => {
    await page.keyboard.press('Escape');
    await press(page, 'Import CSV');
    const file = {
      name: 'agency.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('name,age,gender\nKen Ito,200,male\n'),
    };
    await page.getByRole('dialog').getByLabel('A CSV file').setInputFiles(file);
    await page.getByRole('dialog').getByText('must be').first().waitFor();
  },
  actor: async (page) => {
    await page.keyboard.press('Escape');
    await goTo(page, '#/actors/1', 'Nada Haddad');
  },
  'actor-deleting': async (page) => {
    await press(page, 'Delete');
    await page.getByRole('dialog').waitFor();
  },
  movies: async (page) => {
    await page.keyboard.press('Escape');
    await goTo(page, '#/movies', 'Movies');
    // Every cast has been counted.
    await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
  },
  'movie-adding': async (page) => {
    await press(page, 'Add movie');
    await press(page.getByRole('dialog'), 'Add movie');
    await page.getByText('must not be empty').first().waitFor();
  },
  movie: async (page) => {
    await page.keyboard.press('Escape');
    await goTo(page, '#/movies/12', 'Tomorrow, the Mountain');
  },
  'movie-selected': async (page) => {
    await page
      .getByRole('checkbox', { name: /^Select [A-Z]/ })
      .nth(1)
      .check();
    await page.getByRole('button', { name: 'Move to: all that are selected' }).click();
  },
  'movie-assigning': async (page) => {
    await page.keyboard.press('Escape');
    await press(page, 'Assign actor');
    await page.getByRole('combobox', { name: 'Actor' }).fill('a');
    await page.getByRole('option').first().waitFor();
  },
  'movie-leaving-a-form': async (page) => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Discard what you typed?' }).waitFor();
  },
  'movie-editing-a-casting': async (page) => {
    await press(page, 'Discard');
    await page.getByRole('button', { name: 'Edit Mirembe Nalwoga' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'movie-releasing': async (page) => {
    await page.keyboard.press('Escape');
    await goTo(page, '#/movies/11', 'An Inventory of Small Fires');
    const booked = page.getByRole('region', { name: /^Booked: / });
    await booked
      .getByRole('button', { name: /^Move to: / })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Released', exact: true }).click();
    await press(page.getByRole('dialog'), 'Save');
    await page.getByText('Say why the booking ends.').waitFor();
  },
  history: async (page) => {
    await goTo(page, '#/history', 'History');
  },
  trash: (page) => goTo(page, '#/trash', 'Trash'),
  token: (page) => goTo(page, '#/token', 'My token'),
  nothing: (page) => goTo(page, '#/nothing', 'There is nothing here'),
  offline: async (page) => {
    await page.context().setOffline(true);
    await goTo(page, '#/actors', 'Actors');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  },
};

/** What the browser tells of screens that show how something went wrong. */
const MEANT = {
  'actors-filtered': '400 (Bad Request)',
  'actor-adding': '422 (Unprocessable Entity)',
  importing: '422 (Unprocessable Entity)',
  'movie-adding': '422 (Unprocessable Entity)',
  offline: 'ERR_INTERNET_DISCONNECTED',
};

async function look(browser, view) {
  const { page, found } = await openConsole(browser, url, '', { ...VIEWS[view], reducedMotion: 'reduce' });
  const seen = {};
  for (const [name, arrive] of Object.entries(SCREENS)) {
    await arrive(page);
    // In the dark everything else is as it is in light.
    const wrong = await violations(page, view === 'dark' ? { type: 'rule', values: ['color-contrast'] } : undefined);
    if (await isTooNarrow(page)) wrong.push('something stands out at the side');
    await page.screenshot({ path: join(folder, `${name}-${view}.png`) });
    seen[name] = [...wrong, ...found().filter((finding) => !(MEANT[name] && finding.includes(MEANT[name])))];
  }
  await page.context().close();
  return seen;
}

const seen = await withBrowser(async (browser) => {
  // Much of it is waiting.
  const views = Object.keys(VIEWS).map(async (view) => [view, await look(browser, view)]);
  return Object.fromEntries(await Promise.all(views));
});
console.log(JSON.stringify(seen));
