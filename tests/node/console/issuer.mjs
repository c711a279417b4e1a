// Signs in at an issuer, by authorization code and PKCE, and prints as JSON what happens.
//
//   issuer.mjs URL ISSUER
//   issuer.mjs URL          where nobody has told the console which client it is

import { withBrowser } from '../browser.mjs';
import { isSignedIn, kept, openConsole, ownToken, placeOf, ROLES, roleOf, screen, spoilToken } from './steps.mjs';

const [url, issuer] = process.argv.slice(2);
const SEARCH = '#/actors?q=haddad';
/** As long as what it stands for. */
const ANOTHER = 'another'.repeat(7);
const row = (page) => page.getByRole('row', { name: 'Nada Haddad' });
const button = (page) => page.getByRole('main').getByRole('button', { name: 'Sign in' });
/** What went wrong, but for the picture that the issuer has none of. */
const troubles = (found) => found().filter((finding) => !finding.endsWith(`${issuer}/favicon.ico`));
const told = (page) => page.getByRole('alert').innerText();

/** Has the issuer be asked for a code with another value of that parameter, once. */
const askWithAnother = (page, parameter) =>
  page.route(
    (address) => address.searchParams.get(parameter),
    (route) => {
      const address = new URL(route.request().url());
      address.searchParams.set(parameter, ANOTHER);
      return route.fulfill({ status: 302, headers: { location: address.href } });
    },
    { times: 1 },
  );

/** The same where the code is exchanged for a token. */
const exchangeWithAnother = (page, parameter) =>
  page.route(
    `${issuer}/token`,
    (route) => {
      const body = new URLSearchParams(route.request().postData());
      body.set(parameter, ANOTHER);
      return route.continue({ postData: body.toString() });
    },
    { times: 1 },
  );

async function choose(page, role) {
  await page.getByRole('link', { name: ROLES[role] }).click();
}

/** Somebody whom nobody has given a role yet. */
async function arriveWithoutRole(browser) {
  const { page, found } = await openConsole(browser, url, '');
  await button(page).click();
  await page.getByRole('link', { name: 'Newcomer' }).click();
  await screen(page, 'You have no role yet');
  const screens = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').count();
  await page.context().close();
  return { screens, found: troubles(found) };
}

async function work(browser, role) {
  const { page, found } = await openConsole(browser, url, SEARCH);
  const visited = [];
  page.on('framenavigated', (frame) => visited.push(frame.url()));
  await button(page).click();
  await choose(page, role);
  await row(page).waitFor();
  const signedIn = { address: page.url().replace(url, ''), who: await page.getByRole('banner').innerText() };

  visited.length = 0;
  await page.reload();
  await row(page).waitFor();
  const reloaded = {
    address: page.url().replace(url, ''),
    who: await page.getByRole('banner').innerText(),
    wasAtIssuer: visited.some((address) => address.includes('code=')),
    wasAsked: visited.some((address) => address.includes('/interaction/')),
  };

  const token = await ownToken(page);
  const all = await kept(page);
  const own = { role: await roleOf(url, token), isKept: token.split('.').some((part) => all.includes(part)) };

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL((address) => address.href.startsWith(`${url}/console/`) && address.search === '');
  await button(page).waitFor();
  await page.getByText('You are signed out.').waitFor();
  const keptAfter = await kept(page);
  await button(page).click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await page.context().close();
  return { signedIn, reloaded, own, keptAfter, found: troubles(found) };
}

/** Somebody of that role at the list that was searched. */
async function signedIn(browser, role) {
  const watched = await openConsole(browser, url, SEARCH);
  await button(watched.page).click();
  await choose(watched.page, role);
  await row(watched.page).waitFor();
  return watched;
}

/** A token that is taken no longer: whoever is still signed in at the issuer comes back without being asked. */
async function expire(browser) {
  const { page, found } = await signedIn(browser, 'director');
  await spoilToken(page, '/actors');
  const back = page.waitForEvent('domcontentloaded');
  await page.getByRole('button', { name: 'Age' }).click();
  await back;
  await page.getByText('Your session had ended, and is renewed.').waitFor();
  await row(page).waitFor();
  const seen = { place: placeOf(page), found: troubles(found) };
  await page.context().close();
  return seen;
}

/** Who is signed in at the issuer is so in another tab too, and Back leads through the screens, not through the issuer. */
async function goBack(browser) {
  const { page, found } = await signedIn(browser, 'director');
  const other = await page.context().newPage();
  await other.goto(`${url}/console/#/movies`);
  await screen(other, 'Movies');
  await other.close();
  await page.reload();
  await row(page).waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await screen(page, 'History');
  await page.goBack();
  await screen(page, 'Actors');
  const seen = { place: placeOf(page), found: troubles(found) };
  await page.context().close();
  return seen;
}

/** An issuer that knows no scopes but its own is asked without them. */
async function withoutScopes(browser) {
  const { page, found } = await openConsole(browser, url, SEARCH);
  await button(page).waitFor();
  let refusals = 0;
  await page.route(
    (address) => address.searchParams.get('scope')?.includes('get:actors') ?? false,
    (route) => {
      refusals += 1;
      const asked = new URL(route.request().url()).searchParams;
      const answer = new URL(asked.get('redirect_uri'));
      answer.search = new URLSearchParams({ error: 'invalid_scope', state: asked.get('state') }).toString();
      return route.fulfill({ status: 302, headers: { location: answer.href } });
    },
  );
  await button(page).click();
  await choose(page, 'director');
  await row(page).waitFor();
  await page.context().close();
  return { refusals, found: troubles(found) };
}

/** Answers of the issuer that are not those that were asked for. */
async function tamper(browser) {
  const { page, found } = await openConsole(browser, url, '');
  await button(page).waitFor();
  const complaints = {};
  /** What is told on the page that the browser comes back to. */
  const refuse = async (what, leave) => {
    const arrived = page.waitForEvent('domcontentloaded');
    await leave();
    await arrived;
    await button(page).waitFor();
    const keeps = await page.evaluate(() => Object.values(sessionStorage));
    complaints[what] = { told: await told(page), address: page.url().replace(url, ''), keeps };
  };
  const signInAgain = () => button(page).click();
  await refuse('not begun here', () => page.goto(`${url}/console/?code=stolen&state=guessed`));

  await askWithAnother(page, 'state');
  await signInAgain();
  await refuse('another state', () => choose(page, 'producer'));

  await askWithAnother(page, 'nonce');
  await refuse('another nonce', signInAgain);

  for (const parameter of ['code', 'code_verifier']) {
    await exchangeWithAnother(page, parameter);
    await refuse(`another ${parameter}`, signInAgain);
  }

  await button(page).click();
  await isSignedIn(page);
  await page.context().close();
  return { complaints, found: troubles(found) };
}

async function withoutClient(browser) {
  const { page, found } = await openConsole(browser, url, '');
  await screen(page, 'Sign in');
  const text = await page.getByRole('main').innerText();
  return { text, buttons: await page.getByRole('button').count(), found: found() };
}

const seen = await withBrowser(async (browser) => {
  if (!issuer) return withoutClient(browser);
  const roles = {};
  for (const role of Object.keys(ROLES)) roles[role] = await work(browser, role);
  const [expired, back] = [await expire(browser), await goBack(browser)];
  const roleless = await arriveWithoutRole(browser);
  return { roles, roleless, expired, back, scopeless: await withoutScopes(browser), tampered: await tamper(browser) };
});
console.log(JSON.stringify(seen));
