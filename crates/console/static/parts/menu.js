// @ts-check
// A button that opens a menu, after the pattern of WAI-ARIA: arrow keys, Home, End, first letters, Escape.

import { h, newId, setAttribute } from '../dom.js';

/** @typedef {{ label: string, run: () => void }} Item */

/**
 * @param {object} parts
 * @param {import('../dom.js').Children} parts.label
 * @param {string} parts.name of the button and its menu, for whoever does not see where they stand
 * @param {() => Item[]} parts.items made when the menu is opened
 * @param {Record<string, unknown>} [parts.props] of the button
 */
export function menuButton({ label, name, items, props = {} }) {
  const button = h(
    'button',
    {
      type: 'button',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': name,
      onclick: toggle,
      onkeydown: onButtonKey,
      ...props,
    },
    label,
  );
  const element = h('div', { class: 'menu', onfocusout: onLeave }, button);
  /** @type {HTMLUListElement | null} */
  let menu = null;

  const choices = () => /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll('[role=menuitem]') ?? [])]);

  /** @param {number} index of the item that is focused; -1 is the last */
  function open(index) {
    const id = newId('menu');
    const item = (/** @type {Item} */ { label: text, run }) => {
      const choose = () => {
        close();
        button.focus();
        run();
      };
      return h(
        'li',
        { role: 'none' },
        h('button', { type: 'button', role: 'menuitem', tabindex: '-1', onclick: choose }, text),
      );
    };
    close();
    menu = h('ul', { id, role: 'menu', 'aria-label': name, onkeydown: onMenuKey }, items().map(item));
    element.append(menu);
    setAttribute(button, 'aria-expanded', 'true');
    setAttribute(button, 'aria-controls', id);
    choices().at(index)?.focus();
  }

  function close() {
    // To remove what has the focus calls this again.
    const closed = menu;
    menu = null;
    closed?.remove();
    setAttribute(button, 'aria-expanded', 'false');
    setAttribute(button, 'aria-controls', null);
  }

  function toggle() {
    if (menu) close();
    else open(0);
  }

  /** @param {KeyboardEvent} event */
  function onButtonKey(event) {
    if (event.altKey || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    event.preventDefault();
    open(event.key === 'ArrowDown' ? 0 : -1);
  }

  /** @param {KeyboardEvent} event */
  function onMenuKey(event) {
    const all = choices();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const letter = event.key.length === 1 ? event.key.toLowerCase() : '';
    const following = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const starting = following.find((each) => letter.trim() && each.textContent?.toLowerCase().startsWith(letter));
    const target =
      { ArrowDown: following[0], ArrowUp: all.at(at - 1), Home: all[0], End: all.at(-1) }[event.key] ?? starting;
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      button.focus();
    } else if (!target) {
      return;
    }
    event.preventDefault();
    target?.focus();
  }

  /** @param {FocusEvent} event */
  function onLeave(event) {
    if (!element.contains(/** @type {Node | null} */ (event.relatedTarget))) close();
  }

  return element;
}
