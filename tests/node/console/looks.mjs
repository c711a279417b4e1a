// Looks at every screen of the console in light, in dark and on a telephone: axe-core says what keeps people out, and pictures are
// taken into the folder. Prints as JSON what is wrong with each.
//
//   looks.mjs URL FOLDER

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { DESK, isTooNarrow, TELEPHONE, withBrowser } from '../browser.mjs';
import { goTo, openConsole, screen, signIn } from './steps.mjs';

const [url, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

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
  token: (page) => goTo(page, '#/token', 'My token'),
  nothing: (page) => goTo(page, '#/nothing', 'There is nothing here'),
  offline: async (page) => {
    await page.context().setOffline(true);
    await goTo(page, '#/actors', 'Actors');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  },
};

/** What the browser tells of screens that show how something went wrong. */
const MEANT = { 'actors-filtered': '400 (Bad Request)', offline: 'ERR_INTERNET_DISCONNECTED' };

/** What axe-core has to say, each with the elements that it is about. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (values) => window.axe.run({ runOnly: { type: 'tag', values } }),
    STANDARD,
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
}

async function look(browser, view) {
  const { page, found } = await openConsole(browser, url, '', { ...VIEWS[view], reducedMotion: 'reduce' });
  const seen = {};
  for (const [name, arrive] of Object.entries(SCREENS)) {
    await arrive(page);
    const wrong = await violations(page);
    if (await isTooNarrow(page)) wrong.push('something stands out at the side');
    await page.screenshot({ path: join(folder, `${name}-${view}.png`) });
    seen[name] = [...wrong, ...found().filter((finding) => !(MEANT[name] && finding.includes(MEANT[name])))];
  }
  await page.context().close();
  return seen;
}

const seen = await withBrowser(async (browser) => {
  const views = {};
  for (const view of Object.keys(VIEWS)) views[view] = await look(browser, view);
  return views;
});
console.log(JSON.stringify(seen));
