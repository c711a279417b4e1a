// @ts-check
// What was just done, said for a while, with a way to undo it where there is one.

import { h } from '../dom.js';
import { strings } from '../strings.js';

/** Milliseconds that it stays; one that can be acted upon stays until it is closed or another takes its place. */
const STAY = 6000;

export function createToasts() {
  const element = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' });

  /**
   * @param {string} text
   * @param {{ label: string, run: () => void | Promise<void> }} [action]
   */
  function show(text, action) {
    const act = async () => {
      toast.remove();
      await action?.run();
    };
    const button = action && h('button', { type: 'button', onclick: act }, action.label);
    const close = h(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': strings.close, onclick: () => toast.remove() },
      '×',
    );
    const toast = h('div', { class: 'toast' }, h('span', {}, text), button, close);
    element.replaceChildren(toast);
    if (!action) setTimeout(() => toast.remove(), STAY);
  }

  return { element, show };
}
