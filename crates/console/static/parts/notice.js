// @ts-check
// What was done and wants a second look: it stays until it is closed or no more true. And the way back, as toasts and notices offer
// it.

import { isAborted, Refusal, Unreachable } from '../api.js';
import { h } from '../dom.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

/** @typedef {{ label: string, run: () => void | Promise<void> }} Action */

/** @param {unknown} error what to say of it */
export function messageOf(error) {
  if (error instanceof Unreachable) return `${strings.offline.title}. ${strings.offline.detail}`;
  if (error instanceof Refusal) return error.status === 401 ? strings.signIn.ended : error.message;
  if (error instanceof Error && error.constructor === Error) return error.message;
  // What the browser says of a defect is for whoever mends it.
  console.error(error);
  return strings.failed;
}

/**
 * Does it, and shows why it could not be done.
 *
 * @param {Pick<import('../shell.js').Context, 'toast'>} context
 * @param {() => Promise<void>} act
 * @returns {Promise<boolean>} whether it was done
 */
export async function attempt({ toast }, act) {
  try {
    await act();
    return true;
  } catch (error) {
    if (!isAborted(error)) toast(messageOf(error));
    return false;
  }
}

/**
 * An action whose failure is told.
 *
 * @param {Pick<import('../shell.js').Context, 'toast'>} context
 * @param {() => Promise<void>} back
 * @returns {Action}
 */
export function undo({ toast }, back) {
  const action = {
    label: strings.undo,
    run: async () => {
      try {
        await back();
      } catch (error) {
        // What did not arrive can be tried again.
        toast(messageOf(error), error instanceof Unreachable ? action : undefined);
      }
    },
  };
  return action;
}

/**
 * A place for notices, the newest first, each until it is closed or no more true. A toast leads there: whoever works further down
 * does not see it.
 *
 * @param {Pick<import('../shell.js').Context, 'announce' | 'toast'>} context
 */
export function createNotices({ announce, toast }) {
  const element = h('div', { class: 'notices' });
  /** Those that are shown, and whether they still hold. @type {Map<HTMLElement, () => boolean>} */
  const shown = new Map();

  /** @param {HTMLElement} notice */
  function remove(notice) {
    const isFocused = notice.contains(document.activeElement);
    shown.delete(notice);
    notice.remove();
    if (isFocused) document.querySelector('main')?.focus();
  }

  /**
   * @param {string} title
   * @param {import('../dom.js').Children[]} items
   * @param {{ action?: Action, isTrue?: () => boolean }} [more]
   */
  function show(title, items, { action, isTrue = () => true } = {}) {
    const close = () => remove(notice);
    const act = async () => {
      close();
      await action?.run();
    };
    const notice = h(
      'section',
      { class: 'notice', 'aria-label': title, tabindex: '-1' },
      h('p', {}, h('strong', {}, title)),
      h(
        'ul',
        {},
        items.map((item) => h('li', {}, item)),
      ),
      h(
        'p',
        { class: 'actions start' },
        action && h('button', { type: 'button', onclick: act }, action.label),
        h('button', { type: 'button', class: 'quiet', onclick: close }, strings.close),
      ),
    );
    element.prepend(notice);
    shown.set(notice, isTrue);
    const told = [...notice.querySelectorAll('li')].map(({ textContent }) => textContent);
    toast(title, { label: strings.show, run: () => notice.focus() });
    announce(told.join(' '));
  }

  return {
    element,
    show,
    /** Takes away what does not hold any more. */
    review: () => {
      for (const [notice, isTrue] of shown) {
        if (!isTrue()) remove(notice);
      }
    },
    /** @param {string} done what was done @param {Warning[]} warnings @param {{ action: Action, isTrue: () => boolean }} more */
    warn: (done, warnings, more) => {
      const item = (/** @type {Warning} */ { detail, links }) =>
        [detail, '. ', links.flatMap((link, index) => [index > 0 ? ' · ' : '', linkTo(link)])].flat();
      show(`${done} ${strings.movie.warnings}`, warnings.map(item), more);
    },
  };
}

/**
 * A link of the API, as a link to the screen where that is shown.
 *
 * @param {{ href: string, title: string }} link
 */
function linkTo({ href, title }) {
  const [, place, casting] = /^\/((?:actors|movies)\/\d+)(?:\/cast\/(\d+))?$/.exec(href) ?? [];
  return place ? h('a', { href: address(place, { casting }) }, h('bdi', {}, title)) : h('bdi', {}, title);
}
