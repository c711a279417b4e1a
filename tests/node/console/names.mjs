// Looks at names and titles that would do harm if they were taken for anything but text, on every screen. Prints as JSON where each is
// shown as it is, and whatever else happened.
//
//   names.mjs URL TOKEN    the token of the producer

import { readFileSync } from 'node:fs';

import { isTooNarrow, TELEPHONE, withBrowser } from '../browser.mjs';
import { goTo, openConsole, screen, signIn } from './steps.mjs';

const [url, token] = process.argv.slice(2);
const NAMES = {
  markup: '<img src=x onerror=alert(1)>',
  long: 'ö'.repeat(200),
  emoji: '👩🏽‍🎤 Zoë 🎬',
  arabic: 'ندى حداد',
  formula: '=HYPERLINK("x")',
  script: '{{7*7}}</script><script>alert(1)</script>',
};

async function api(method, path, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

/** An actor, a movie and a casting of that name, and a second actor and movie in the trash. */
async function spread(name) {
  const [actors, movies] = [[], []];
  for (let number = 0; number < 2; number += 1) {
    actors.push((await api('POST', '/actors', { name, age: 30, gender: name.slice(0, 20) })).actor.id);
    movies.push((await api('POST', '/movies', { title: name, release_date: '2027-05-07' })).movie.id);
  }
  await api('POST', `/movies/${movies[0]}/cast`, { actor_id: actors[0], character: name });
  await api('DELETE', `/actors/${actors[1]}`);
  await api('DELETE', `/movies/${movies[1]}`);
  return { actor: actors[0], movie: movies[0] };
}

const seen = await withBrowser(async (browser) => {
  const { page, found } = await openConsole(browser, url, '', { viewport: TELEPHONE });
  const dialogs = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  await signIn(page, 'producer');
  const shown = {};
  for (const [kind, name] of Object.entries(NAMES)) {
    const { actor, movie } = await spread(name);
    const query = encodeURIComponent(name);
    const places = {
      actors: [`#/actors?q=${query}`, 'Actors'],
      actor: [`#/actors/${actor}`, name],
      movies: [`#/movies?q=${query}`, 'Movies'],
      movie: [`#/movies/${movie}`, name],
      history: ['#/history', 'History'],
      trash: [`#/trash?q=${query}`, 'Trash'],
    };
    for (const [place, [address, title]] of Object.entries(places)) {
      await goTo(page, address, title);
      await page.getByRole('main').getByText(name, { exact: true }).first().waitFor();
      // Nothing of it has become an element.
      const made = await page.locator('main :is(img, script, iframe, form[action])').count();
      shown[`${kind} in ${place}`] = { made, isTooNarrow: await isTooNarrow(page) };
    }
  }
  await goTo(page, `#/actors?q=${encodeURIComponent(NAMES.formula)}`, 'Actors');
  await screen(page, 'Actors');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8');
  return { shown, csv, dialogs, found: found() };
});
console.log(JSON.stringify(seen));
