// @ts-check
// What was just done, said for a while, with a way to undo it where there is one.

import { h } from '../dom.js';
import { strings } from '../strings.js';

/** Milliseconds that it stays; longer where there is something to press, and as long as somebody is at it. */
const STAY = 6000;
const STAY_TO_ACT = 20_000;

export function createToasts() {
  const element = h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite', 'aria-atomic': 'false' });
  /** How those that are there are removed, by what they offer. @type {Map<string, () => void>} */
  const removals = new Map();

  /**
   * @param {string} text
   * @param {{ label: string, run: () => void | Promise<void> }} [action]
   */
  function show(text, action) {
    /** What had the focus before. @type {EventTarget | null} */
    let former = null;
    const remove = () => {
      const isFocused = toast.contains(document.activeElement);
      toast.remove();
      if (!isFocused) return;
      if (former instanceof HTMLElement && former.isConnected) former.focus();
      else document.querySelector('main')?.focus();
    };
    const act = async () => {
      remove();
      await action?.run();
    };
    const wait = () => {
      setTimeout(() => (toast.matches(':hover, :focus-within') ? wait() : remove()), action ? STAY_TO_ACT : STAY);
    };
    const toast = h(
      'div',
      {
        class: 'toast',
        onfocusin: (/** @type {FocusEvent} */ { relatedTarget }) => {
          if (!(relatedTarget instanceof Node && toast.contains(relatedTarget))) former = relatedTarget;
        },
      },
      h('span', {}, text),
      action && h('button', { type: 'button', onclick: act }, action.label),
      h('button', { type: 'button', class: 'quiet', 'aria-label': strings.close, onclick: remove }, '×'),
    );
    const kind = action?.label ?? '';
    // It takes the place of its like, and of mere words; what others offer keeps its time.
    for (const each of new Set([kind, ''])) removals.get(each)?.();
    removals.set(kind, remove);
    element.append(toast);
    wait();
  }

  return { element, show };
}
