// @ts-check
// What is around every screen: the navigation, the place where things are announced, and the way from one screen to the next.

import { Refusal, Unreachable } from './api.js';
import { fill, h } from './dom.js';
import { createToasts } from './parts/toast.js';
import { address, find, parse } from './router.js';
import { strings } from './strings.js';

/**
 * What a screen has to work with.
 *
 * @typedef {object} Context
 * @property {import('./router.js').Route} route
 * @property {import('./api.js').Api} api
 * @property {import('./session.js').Session} session
 * @property {Config} config
 * @property {AbortSignal} signal aborted when the screen is left
 * @property {(hash: string) => void} go to another screen
 * @property {() => void} reload shows the screen anew
 * @property {(query: Record<string, string | number | null | undefined>) => void} keepQuery keeps what is shown in the address,
 *   without a new screen
 * @property {(text: string) => void} announce says it to whoever listens to the page
 * @property {(text: string, action?: { label: string, run: () => void | Promise<void> }) => void} toast shows it for a while
 * @property {Later} later fetches what few need when somebody does, and uses it
 */

/** @typedef {<Module>(load: () => Promise<Module>, use: (module: Module) => unknown) => Promise<void>} Later */

/** @typedef {{ title: string, content: Node }} Screen */
/** @typedef {(context: Context) => Promise<Screen>} MakeScreen */
/** @typedef {() => Promise<{ default: MakeScreen }>} Load */

/** @type {import('./router.js').Place<Load>[]} */
const PLACES = [
  { pattern: 'actors', what: () => import('./screens/actors.js') },
  { pattern: 'actors/:id', what: () => import('./screens/actor.js') },
  { pattern: 'movies', what: () => import('./screens/movies.js') },
  { pattern: 'movies/:id', what: () => import('./screens/movie.js') },
  { pattern: 'history', what: () => import('./screens/history.js') },
  { pattern: 'trash', what: () => import('./screens/trash.js') },
  { pattern: 'token', what: () => import('./screens/token.js') },
];
const HOME = '#/actors';
/** Milliseconds after which a screen that is not there yet is said to be loading. */
const SOON = 150;

/** @param {{ config: Config, session: import('./session.js').Session, api: import('./api.js').Api }} parts */
export function createShell({ config, session, api }) {
  const navigation = h('nav', { 'aria-label': strings.navigation });
  const account = h('div', { class: 'account' });
  // It is there before its text is, so that this is read out.
  const offline = h('p', { class: 'banner', role: 'status' });
  const header = h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: HOME }, strings.product),
    navigation,
    account,
  );
  const main = h('main', { id: 'content', tabindex: '-1' });
  const live = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const toasts = createToasts();
  const skip = h('a', { class: 'skip', href: '#content', onclick: skipToContent }, strings.skip);
  let leaving = new AbortController();
  /** What is wrong with the sign-in, to be said on its screen. */
  let complaint = '';

  /** @param {Event} event */
  function skipToContent(event) {
    event.preventDefault();
    main.focus();
  }

  /** @param {string} text */
  function announce(text) {
    // The same text again would not be read.
    live.textContent = '';
    setTimeout(() => {
      live.textContent = text;
    }, 50);
  }

  function fillHeader() {
    const caller = session.caller();
    header.classList.toggle('bare', !caller);
    if (!caller) {
      fill(navigation);
      fill(account);
      return;
    }
    const here = parse(location.hash).path.split('/')[0];
    const link = (/** @type {string} */ path, /** @type {string} */ text) =>
      h('a', { href: address(path), 'aria-current': path === here && 'page' }, text);
    const mayRestore = session.may('delete:actors') || session.may('delete:movies');
    fill(
      navigation,
      session.may('get:actors') && link('actors', strings.nav.actors),
      session.may('get:movies') && link('movies', strings.nav.movies),
      session.may('get:actors', 'get:movies') && link('history', strings.nav.history),
      mayRestore && link('trash', strings.nav.trash),
    );
    const role = (caller.role && strings.roles[caller.role]) || caller.subject;
    fill(
      account,
      h('span', { class: 'who' }, role),
      h('a', { href: address('token') }, strings.token.open),
      h('button', { type: 'button', class: 'quiet', onclick: signOut }, strings.signIn.out),
    );
  }

  async function signOut() {
    toasts.element.replaceChildren();
    complaint = strings.signIn.signedOut;
    // Here they are signed out in any case; only the issuer may not have been told.
    await session.signOut().catch((error) => {
      complaint = error instanceof Error ? error.message : String(error);
    });
    location.hash = HOME;
    await show();
  }

  /** Shows the screen of the address. Whoever is not signed in signs in first, and then sees it. */
  async function show() {
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    fillHeader();
    const soon = setTimeout(() => {
      if (!signal.aborted) fill(main, h('p', { class: 'state', 'aria-busy': 'true' }, strings.loading));
    }, SOON);
    const screen = await make(signal).catch((error) => failure(error));
    clearTimeout(soon);
    if (signal.aborted) return;
    document.title = `${screen.title} · ${strings.product}`;
    fill(main, screen.content);
    scrollTo(0, 0);
    const heading = main.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    announce(screen.title);
  }

  /** @param {AbortSignal} signal @returns {Promise<Screen>} */
  async function make(signal) {
    if (!session.caller()) {
      const { default: signInScreen } = await import('./screens/sign-in.js');
      return signInScreen({ session, complaint, done: show });
    }
    complaint = '';
    const found = find(PLACES, location.hash);
    if (!found) return notFound();
    const { default: makeScreen } = await found.what();
    return makeScreen({ ...always, route: found.route, signal });
  }

  /** @type {Later} */
  async function later(load, use) {
    const module = await load().catch(() => null);
    if (module) await use(module);
    else toasts.show(`${strings.offline.title}. ${strings.offline.detail}`);
  }

  const always = {
    api,
    session,
    config,
    announce,
    go: (/** @type {string} */ hash) => {
      if (location.hash === hash) show();
      else location.hash = hash;
    },
    reload: show,
    keepQuery: (/** @type {Record<string, string | number | null | undefined>} */ query) => {
      history.replaceState(null, '', address(parse(location.hash).path, query));
    },
    toast: toasts.show,
    later,
  };

  /** @param {unknown} error @returns {Screen} */
  function failure(error) {
    if (error instanceof Refusal && error.status === 404) return notFound();
    if (!(error instanceof Refusal || error instanceof Unreachable)) console.error(error);
    const isAway = error instanceof Unreachable;
    const title = isAway ? strings.offline.title : strings.failed;
    const detail = isAway ? strings.offline.detail : error instanceof Error ? error.message : String(error);
    const again = h('button', { type: 'button', onclick: show }, strings.retry);
    return { title, content: h('section', { class: 'state' }, h('h1', {}, title), h('p', {}, detail), again) };
  }

  /** @returns {Screen} */
  function notFound() {
    const { title, detail, home } = strings.notFound;
    const content = h(
      'section',
      { class: 'state' },
      h('h1', {}, title),
      h('p', {}, detail),
      h('a', { href: HOME }, home),
    );
    return { title, content };
  }

  return {
    /** @param {string} problem why nobody is signed in, if there is anything to say */
    start(problem) {
      complaint = problem;
      if (!location.hash) history.replaceState(null, '', HOME);
      fill(document.body, skip, header, offline, main, live, toasts.element);
      session.whenExpired(() => {
        complaint = strings.signIn.expired;
        show();
      });
      addEventListener('hashchange', show);
      const showConnection = () => fill(offline, navigator.onLine ? '' : strings.offline.banner);
      for (const event of ['online', 'offline']) addEventListener(event, showConnection);
      showConnection();
      return show();
    },
  };
}
