// @ts-check
// What is around every screen: the navigation, the place where things are announced, and the way from one screen to the next.

import { isGone, Unreachable } from './api.js';
import { fill, h } from './dom.js';
import { messageOf } from './parts/notice.js';
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
 * @property {(query: Record<string, string | number | null | undefined>, isStep?: boolean) => void} keepQuery keeps what is shown
 *   in the address, without a new screen; a step is one that the browser goes back to
 * @property {(text: string) => void} announce says it to whoever listens to the page
 * @property {(text: string, action?: { label: string, run: () => void | Promise<void> }) => void} toast shows it for a while
 * @property {Later} later fetches what few need when somebody does, and uses it
 */

/** @typedef {<Module>(load: () => Promise<Module>, use: (module: Module) => unknown) => Promise<void>} Later */

/** @typedef {{ title: string, content: Node }} Screen */
/** @typedef {(context: Context) => Promise<Screen>} MakeScreen */
/** @typedef {() => Promise<{ default: MakeScreen }>} Load */

/** What the navigation offers, the first of it at first, and what each takes. @type {[keyof typeof strings.nav, string[][]][]} */
const SCREENS = [
  ['actors', [['get:actors']]],
  ['movies', [['get:movies']]],
  ['history', [['get:actors', 'get:movies']]],
  [
    'trash',
    [
      ['get:actors', 'delete:actors'],
      ['get:movies', 'delete:movies'],
    ],
  ],
];

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
/** Milliseconds after which a screen that is not there yet is said to be loading. */
export const SOON = 150;

/** @param {{ config: Config, session: import('./session.js').Session, api: import('./api.js').Api }} parts */
export function createShell({ config, session, api }) {
  const navigation = h('nav', { 'aria-label': strings.navigation });
  const account = h('div', { class: 'account' });
  // It is there before its text is, so that this is read out.
  const offline = h('p', { class: 'banner', role: 'status' });
  const brand = h('a', { class: 'brand', href: address('') }, strings.product);
  const header = h('header', { class: 'top' }, brand, navigation, account);
  const main = h('main', { id: 'content', tabindex: '-1' });
  const live = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const toasts = createToasts();
  const skip = h('a', { class: 'skip', href: '#content', onclick: skipToContent }, strings.skip);
  let leaving = new AbortController();
  /** What is wrong with the sign-in, and what else there is to say on its screen. */
  let [complaint, notice] = ['', ''];

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

  const allowed = () =>
    SCREENS.filter(([, ways]) => ways.some((permissions) => session.may(...permissions))).map(([screen]) => screen);

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
    fill(
      navigation,
      allowed().map((screen) => link(screen, strings.nav[screen])),
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
    // What a screen saves when it is left is saved as who is leaving.
    leaving.abort();
    await api.isIdle();
    notice = strings.signIn.signedOut;
    const telling = session.signOut();
    history.replaceState(null, '', address(''));
    await show();
    // Here they are signed out in any case; only the issuer may not have been told.
    await telling.catch((error) => {
      complaint = messageOf(error);
      return show();
    });
  }

  /** Signs in again whoever can be without being asked, and goes on. */
  async function comeAgain() {
    leaving.abort();
    complaint = strings.signIn.expired;
    const isBack = await session.resume(true).catch(() => false);
    await show();
    if (isBack) toasts.show(strings.signIn.renewed);
  }

  /** Goes to the screen of the address, and first renews a session that ends, unless that would break something off. */
  async function go() {
    const isAtWork = api.isWriting() || toasts.element.childElementCount > 0;
    if (session.isEnding() && !isAtWork) await session.resume().catch(() => false);
    await show();
  }

  /** Shows the screen of the address. Whoever is not signed in signs in first, and then sees it. */
  async function show() {
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    // Whoever goes back finds the place where they were.
    const top = history.state?.top ?? 0;
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
    scrollTo(0, top);
    const heading = main.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    announce(screen.title);
  }

  /** @param {AbortSignal} signal @returns {Promise<Screen>} */
  async function make(signal) {
    if (!session.caller()) {
      const { default: signInScreen } = await import('./screens/sign-in.js');
      toasts.element.replaceChildren();
      return signInScreen({ session, complaint, notice, done: show });
    }
    [complaint, notice] = ['', ''];
    if (!parse(location.hash).path) {
      const [home] = allowed();
      if (!home) return message(strings.noRole.title, strings.noRole.detail);
      history.replaceState(history.state, '', address(home));
      fillHeader();
    }
    const found = find(PLACES, location.hash);
    if (!found) return notFound();
    const module = await found.what().catch(() => null);
    if (!module) return away(() => location.reload());
    const { path } = found.route;
    return module.default({
      ...always,
      route: found.route,
      signal,
      later: createLater(signal),
      // A screen that was left has nothing to say any more.
      announce: (text) => void (signal.aborted || announce(text)),
      keepQuery: (query, isStep = false) => {
        if (signal.aborted) return;
        const keep = isStep ? history.pushState : history.replaceState;
        keep.call(history, isStep ? null : history.state, '', address(path, query));
      },
    });
  }

  /** @param {AbortSignal} signal @returns {Later} */
  function createLater(signal) {
    let isFetching = false;
    return async (load, use) => {
      // Only pressed twice.
      if (isFetching) return;
      isFetching = true;
      const module = await load().catch(() => null);
      isFetching = false;
      if (signal.aborted) return;
      if (module) await use(module);
      else toasts.show(messageOf(new Unreachable()));
    };
  }

  const always = {
    api,
    session,
    config,
    go: (/** @type {string} */ hash) => {
      if (location.hash === hash) show();
      else location.hash = hash;
    },
    reload: show,
    toast: toasts.show,
  };

  /** @param {unknown} error @returns {Screen} */
  function failure(error) {
    if (isGone(error)) return notFound();
    if (error instanceof Unreachable) return away(show);
    return message(strings.failed, messageOf(error), retry(show));
  }

  /** @param {() => void} again */
  const away = (again) => message(strings.offline.title, strings.offline.detail, retry(again));

  /** @param {() => void} again */
  const retry = (again) => h('button', { type: 'button', onclick: again }, strings.retry);

  function notFound() {
    const { title, detail, home } = strings.notFound;
    return message(title, detail, h('a', { href: address('') }, home));
  }

  return {
    /** @param {string} problem why nobody is signed in, if there is anything to say */
    async start(problem) {
      complaint = problem;
      if (session.hasSignedOut()) notice = strings.signIn.signedOut;
      fill(document.body, skip, header, offline, main, live, toasts.element);
      session.whenExpired(() => {
        const dialog = document.querySelector('dialog');
        // What is typed there can be copied first.
        if (dialog) dialog.addEventListener('close', comeAgain, { once: true });
        else comeAgain();
      });
      addEventListener('hashchange', go);
      history.scrollRestoration = 'manual';
      addEventListener('scrollend', () => history.replaceState({ ...history.state, top: scrollY }, ''));
      const showConnection = () => fill(offline, navigator.onLine ? '' : strings.offline.banner);
      for (const event of ['online', 'offline']) addEventListener(event, showConnection);
      showConnection();
      await show();
      if (session.isRenewed()) toasts.show(strings.signIn.renewed);
    },
  };
}

/**
 * A screen that says one thing.
 *
 * @param {string} title
 * @param {string} detail
 * @param {Node} [way] on from there
 * @returns {Screen}
 */
function message(title, detail, way) {
  return { title, content: h('section', { class: 'state' }, h('h1', {}, title), h('p', {}, detail), way) };
}
