// @ts-check
// The beginning: what the server tells, who is signed in, and then the shell with its screens.

import { ask, createApi } from './api.js';
import { fill, h } from './dom.js';
import { messageOf } from './parts/notice.js';
import { createSession } from './session.js';
import { createShell, SOON } from './shell.js';
import { strings } from './strings.js';

/** Tells why nothing can be shown, with a way to begin anew. */
function fail(/** @type {unknown} */ error) {
  const again = h('button', { type: 'button', onclick: () => location.reload() }, strings.retry);
  fill(
    document.body,
    h('main', { class: 'alone' }, h('h1', {}, strings.failed), h('p', { role: 'alert' }, messageOf(error)), again),
  );
}

async function begin() {
  const loading = h('main', { class: 'alone', 'aria-busy': 'true' }, h('p', {}, strings.loading));
  const soon = setTimeout(() => fill(document.body, loading), SOON);
  /** @type {Config} */
  const config = await ask('config.json');
  const session = createSession(config.sign_in);
  const shell = createShell({ config, session, api: createApi(session) });
  // Whoever could not come back signs in by hand, and reads why.
  const problem = await session.resume().then(() => '', messageOf);
  clearTimeout(soon);
  await shell.start(problem);
}

begin().catch(fail);
