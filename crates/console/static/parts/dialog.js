// @ts-check
// Dialogs: modal, closed by Escape, with the focus back where it was. While something in one is being saved, it stays.

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
    const close = (/** @type {T | null} */ given) => {
      answer = given;
      dialog.close();
    };
    const isBusy = () => dialog.querySelector('[aria-busy]') !== null;
    const stay = (/** @type {Event} */ event) => {
      if (isBusy()) event.preventDefault();
    };
    const dialog = h(
      'dialog',
      {
        'aria-labelledby': id,
        oncancel: stay,
        // Pressed twice, Escape closes without asking.
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key === 'Escape') stay(event);
        },
        onclose: () => {
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
    function leave() {
      if (!isBusy()) close(null);
    }
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
