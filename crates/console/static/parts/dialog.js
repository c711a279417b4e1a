// @ts-check
// Dialogs: modal, closed by Escape, with the focus back where it was. While something in one is being saved, it stays; what was
// typed is not thrown away without asking.

import { h, newId } from '../dom.js';
import { strings } from '../strings.js';

/**
 * Opens a dialog.
 *
 * @template T
 * @param {string} title
 * @param {(close: (answer: T | null) => void) => Node} fill makes what is in it, and is given how to close it
 * @returns {Promise<T | null>} what it was closed with; `null` when it was left
 */
export function openDialog(title, fill) {
  return new Promise((resolve) => {
    const id = newId('dialog');
    /** @type {T | null} */
    let answer = null;
    let isTyped = false;
    const closed = new AbortController();
    const isBusy = () => dialog.querySelector('[aria-busy]') !== null;
    const close = async (/** @type {T | null} */ given) => {
      const isLeft = given === null && isTyped && !isBusy();
      if (isLeft && !(await confirm(strings.discard.title, strings.discard.detail, strings.discard.label))) return;
      answer = given;
      dialog.close();
    };
    const dialog = h(
      'dialog',
      {
        'aria-labelledby': id,
        oncancel: leave,
        // Pressed twice, Escape closes without a chance to stay.
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key === 'Escape') leave(event);
        },
        oninput: (/** @type {Event} */ { target }) => {
          isTyped ||= !(target instanceof HTMLInputElement && target.type === 'file');
        },
        onclose: () => {
          closed.abort();
          dialog.remove();
          resolve(answer);
        },
      },
      h(
        'header',
        {},
        h('h2', { id }, title),
        h('button', { type: 'button', class: 'quiet', 'aria-label': strings.close, onclick: leave }, '×'),
      ),
      fill(close),
    );
    /** @param {Event} event */
    function leave(event) {
      event.preventDefault();
      if (!isBusy()) close(null);
    }
    const isAtStake = () => isTyped || isBusy();
    const whileOpen = { signal: closed.signal };
    // Going back would close it. Not every browser tells of that.
    /** @type {{ navigation?: EventTarget }} */ (window).navigation?.addEventListener(
      'navigate',
      (/** @type {Event & { navigationType?: string }} */ event) => {
        if (event.navigationType === 'traverse' && event.cancelable && isAtStake()) leave(event);
      },
      whileOpen,
    );
    addEventListener('beforeunload', (event) => isAtStake() && event.preventDefault(), whileOpen);
    document.body.append(dialog);
    dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector('input, select, textarea, [data-first]'))?.focus();
  });
}

/**
 * Asks whether to go on.
 *
 * @param {string} title
 * @param {string} detail
 * @param {string} label of the button that goes on
 * @returns {Promise<boolean>}
 */
export async function confirm(title, detail, label) {
  const answer = await openDialog(title, (close) =>
    h(
      'div',
      {},
      h('p', {}, detail),
      h(
        'p',
        { class: 'actions' },
        h('button', { type: 'button', 'data-first': true, onclick: () => close(null) }, strings.cancel),
        h('button', { type: 'button', class: 'primary', onclick: () => close(true) }, label),
      ),
    ),
  );
  return answer === true;
}
