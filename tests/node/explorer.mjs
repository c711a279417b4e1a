// Uses the explorer of a server as a person would, and prints as JSON what the person sees. Every step also tells what went wrong
// on the page meanwhile.
//
//   explorer.mjs URL TOKEN FOLDER    takes screenshots into the folder

import { join } from 'node:path';

import { DESK, isTooNarrow, TELEPHONE, watchedPage, withBrowser } from './browser.mjs';

const [url, token, folder] = process.argv.slice(2);
const LIST_ACTORS = '#operations-Actors-listActors';

const seen = await withBrowser(async (browser) => {
  const { page, found } = await watchedPage(browser, { viewport: DESK });
  const click = (selector) => page.locator(selector).first().click();

  // Takes pictures of the page on a telephone and on a desk, and answers the widths at which something stands out at its side.
  const look = async (name) => {
    const tooNarrow = [];
    for (const viewport of [TELEPHONE, DESK]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: join(folder, `${name}-${viewport.width}.png`) });
      if (await isTooNarrow(page)) {
        tooNarrow.push(viewport.width);
      }
    }
    return tooNarrow;
  };

  const open = async () => {
    await page.goto(`${url}/docs`, { waitUntil: 'networkidle' });
    await page.waitForSelector('.opblock');
    const tooNarrow = await look('opened');
    const operations = await page.$$eval('.opblock', (blocks) => blocks.length);
    return { operations, tokens: await page.$eval('#tokens', (text) => text.textContent), tooNarrow, found: found() };
  };

  const executeListActors = async () => {
    const live = `${LIST_ACTORS} .live-responses-table`;
    const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/actors');
    await click(`${LIST_ACTORS} .execute`);
    const status = (await answered).status();
    const isShown = ([shown, status]) => document.querySelector(shown)?.textContent.trim() === status;
    await page.waitForFunction(isShown, [`${live} tbody .response-col_status`, String(status)]);
    const body = await page.$eval(live, (table) => {
      table.scrollIntoView();
      return JSON.parse(table.querySelector('.highlight-code code').textContent);
    });
    return { status, body, tooNarrow: await look(`answered-${status}`), found: found() };
  };

  const authorize = async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await click('.auth-wrapper .authorize');
    await page.locator('.modal-ux input').fill(token);
    const tooNarrow = await look('authorizing');
    await page.keyboard.press('Enter');
    await click('.modal-ux .btn-done');
    return { tooNarrow, found: found() };
  };

  // Opens an operation with a body of each form, and the list of schemas.
  const openMore = async () => {
    for (const operation of ['Actors-createActor', 'Movies-importMovies', 'Castings-changeCasting']) {
      await click(`#operations-${operation} .opblock-summary-control`);
      await page.waitForSelector(`#operations-${operation} textarea`);
    }
    await click('section.models h4 button');
    await page.waitForSelector('section.models.is-open');
    const example = await page.$eval('#operations-Actors-createActor textarea', (body) => JSON.parse(body.value));
    return { example, found: found() };
  };

  const reload = async () => {
    await page.reload({ waitUntil: 'networkidle' });
    await page.waitForSelector('.auth-wrapper .authorize');
    return { isAuthorized: await page.locator('.auth-wrapper .authorize.locked').isVisible(), found: found() };
  };

  const opened = await open();
  await click(`${LIST_ACTORS} .opblock-summary-control`);
  const refused = await executeListActors();
  const authorized = await authorize();
  const listed = await executeListActors();
  return { opened, refused, authorized, listed, more: await openMore(), reloaded: await reload() };
});
console.log(JSON.stringify(seen));
