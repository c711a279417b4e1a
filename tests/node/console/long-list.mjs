// Works with two lists of actors, a short one and a long one, and prints as JSON how many milliseconds each step takes on either, at
// least.
//
//   long-list.mjs SHORT LONG    the URLs of two servers, whose actors are named `Actor 000000` and so on

import { withBrowser } from '../browser.mjs';
import { openConsole, screen, signIn } from './steps.mjs';

const [short, long] = process.argv.slice(2);
const TIMES = 3;

const first = (page) => page.getByRole('rowheader').first();

/** What is done, and what is then there to be read. */
const STEPS = {
  open: async (page) => {
    await page.evaluate(() => {
      location.hash = '#/token';
    });
    await screen(page, 'My token');
    return async () => {
      await page.getByRole('link', { name: 'Actors' }).click();
      await first(page).getByText('Actor 000000').waitFor();
    };
  },
  search: async (page) => async () => {
    await page.getByLabel('Search').fill('r 000077');
    await first(page).getByText('Actor 000077').waitFor();
  },
  clear: async (page) => async () => {
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await first(page).getByText('Actor 000000').waitFor();
  },
  next: async (page) => async () => {
    await page.getByRole('button', { name: 'Next' }).click();
    await first(page).getByText('Actor 000020').waitFor();
  },
  sort: async (page) => async () => {
    await page.getByRole('button', { name: 'Added' }).click();
    await page.getByRole('columnheader', { name: 'Added' }).and(page.locator('[aria-sort=ascending]')).waitFor();
    await first(page).getByText('Actor 000000').waitFor();
  },
  last: async (page) => async () => {
    await page.getByRole('button', { name: 'Added' }).click();
    await first(page)
      .getByText(/Actor 0*9+$/)
      .waitFor();
  },
};

async function work(browser, url) {
  const { page, found } = await openConsole(browser, url);
  await signIn(page, 'assistant');
  await screen(page, 'Actors');
  const least = {};
  for (let time = 0; time < TIMES; time += 1) {
    for (const [name, prepare] of Object.entries(STEPS)) {
      const step = await prepare(page);
      const begin = performance.now();
      await step();
      least[name] = Math.min(least[name] ?? Infinity, Math.round(performance.now() - begin));
    }
  }
  await page.context().close();
  return { least, found: found() };
}

const seen = await withBrowser(async (browser) => ({
  short: await work(browser, short),
  long: await work(browser, long),
}));
console.log(JSON.stringify(seen));
