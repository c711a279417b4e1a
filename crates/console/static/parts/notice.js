// @ts-check
// What was done and wants a second look: it stays until it is closed. And the way back, as toasts and notices offer it.

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
 * A place for notices, the newest first. A toast leads there: whoever works further down does not see it.
 *
 * @param {Pick<import('../shell.js').Context, 'announce' | 'toast'>} context
 */
export function createNotices({ announce, toast }) {
  const element = h('div', { class: 'notices' });

  /**
   * @param {string} title
   * @param {import('../dom.js').Children[]} items
   * @param {Action} [action]
   */
  function show(title, items, action) {
    const remove = () => notice.remove();
    const act = async () => {
      remove();
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
        h('button', { type: 'button', class: 'quiet', onclick: remove }, strings.close),
      ),
    );
    element.prepend(notice);
    const told = [...notice.querySelectorAll('li')].map(({ textContent }) => textContent);
    toast(title, { label: strings.show, run: () => notice.focus() });
    announce(told.join(' '));
  }

  return {
    element,
    show,
    /** @param {string} done what was done @param {Warning[]} warnings @param {Action} [action] */
    warn: (done, warnings, action) => {
      const item = (/** @type {Warning} */ { detail, links }) =>
        [detail, '. ', links.flatMap((link, index) => [index > 0 ? ' · ' : '', linkTo(link)])].flat();
      show(`${done} ${strings.movie.warnings}`, warnings.map(item), action);
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
