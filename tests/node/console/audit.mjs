// How much a browser gets until the actors are there, how long that takes, and what Lighthouse thinks of the screens. Prints it as
// JSON.
//
//   audit.mjs URL PLACE...    the screens that Lighthouse is shown once somebody is signed in, such as `#/actors`

import { createServer } from 'node:net';

import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';

import { watchedPage, withBrowser } from '../browser.mjs';
import { ROLES, screen, signIn } from './steps.mjs';

const [url, ...places] = process.argv.slice(2);
const CATEGORIES = ['accessibility', 'best-practices'];
/** How often the time is taken: on a busy machine the least says most. */
const TIMES = 3;

/** A browser that has been nowhere yet: the bytes that it gets, heads too, and the milliseconds until there is something to press. */
async function firstVisit(browser) {
  const { page, found } = await watchedPage(browser);
  const requests = [];
  page.on('requestfinished', (request) => requests.push(request));
  await page.addInitScript(() => {
    // A page that shows its button has run its modules.
    const look = () => {
      if (document.querySelector('main button')) globalThis.readyAfter ??= performance.now();
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${url}/console/`);
  await screen(page, 'Sign in');
  const milliseconds = await page.evaluate(() => globalThis.readyAfter);
  await signIn(page, 'producer');
  await page.getByRole('row').nth(1).waitFor();
  const sizes = await Promise.all(requests.map((request) => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  await page.context().close();
  return { milliseconds, bytes, requests: requests.length, found: found() };
}

/** What Lighthouse thinks of a page: its scores of a hundred, and what keeps it from more. */
async function scores(page, address) {
  const flags = { onlyCategories: CATEGORIES, throttlingMethod: 'provided', disableStorageReset: true };
  const { lhr } = await lighthouse(address, flags, desktopConfig, page);
  const flaws = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9);
  const scores = CATEGORIES.map((id) => [id, Math.round(lhr.categories[id].score * 100)]);
  return { ...Object.fromEntries(scores), flaws: flaws.map(({ id, title }) => `${id}: ${title}`) };
}

/** A port that nobody listens on. */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Lighthouse only works with the browser of another driver. */
async function audit(port) {
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
  const page = await browser.newPage();
  const seen = { 'sign-in': await scores(page, `${url}/console/`) };
  // The page signs itself in again whenever it is loaded.
  await page.locator(`::-p-aria(Sign in as ${ROLES.producer})`).click();
  await page.locator('::-p-aria(Sign out)').wait();
  for (const place of places) seen[place] = await scores(page, `${url}/console/${place}`);
  await browser.disconnect();
  return seen;
}

const port = await freePort();
const seen = await withBrowser(
  async (browser) => {
    const visits = [];
    while (visits.length < TIMES) visits.push(await firstVisit(browser));
    return { visits, audits: await audit(port) };
  },
  { args: [`--remote-debugging-port=${port}`] },
);
console.log(JSON.stringify(seen));
