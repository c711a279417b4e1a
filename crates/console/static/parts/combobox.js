// @ts-check
// A field that suggests while one types, after the pattern of WAI-ARIA (combobox with a listbox): what counts is what was chosen.

import { fill, h, newId, setAttribute } from '../dom.js';
import { strings } from '../strings.js';
import { field, input } from './form.js';
import { messageOf } from './notice.js';

/** Milliseconds after the last key before it is searched. */
const TYPING = 200;

/**
 * @template Value
 * @typedef {object} Option
 * @property {Value} value
 * @property {string} label
 * @property {string} detail
 */

/**
 * @template Value
 * @param {object} parts
 * @param {string} parts.name the member that it is sent as
 * @param {string} parts.label
 * @param {string} [parts.hint]
 * @param {(text: string, signal: AbortSignal) => Promise<Option<Value>[]>} parts.search
 */
export function combobox({ name, label, hint, search }) {
  const id = newId('listbox');
  const listbox = h('ul', {
    id,
    role: 'listbox',
    'aria-label': label,
    hidden: true,
    onmousedown: keepFocus,
    onclick: onPick,
  });
  const state = h('p', { class: 'unseen', role: 'status' });
  const control = input({
    role: 'combobox',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': id,
    oninput: onType,
    onkeydown: onKey,
    onfocus: () => control.select(),
    onblur: close,
  });
  const made = field(name, label, control, { hint });
  made.element.classList.add('combobox');
  control.after(listbox, state);

  /** @type {Option<Value>[]} */
  let options = [];
  let active = -1;
  /** @type {Option<Value> | null} */
  let chosen = null;
  let typing = 0;
  let asked = new AbortController();

  function onType() {
    chosen = null;
    asked.abort();
    clearTimeout(typing);
    typing = setTimeout(look, TYPING);
  }

  async function look() {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const text = control.value.trim();
    if (text === '') {
      close();
      return;
    }
    try {
      const found = await search(text, signal);
      if (!signal.aborted && document.activeElement === control) show(found);
    } catch (error) {
      if (signal.aborted) return;
      close();
      made.complain(messageOf(error));
    }
  }

  /** @param {Option<Value>[]} found */
  function show(found) {
    options = found;
    const item = (/** @type {Option<Value>} */ option, /** @type {number} */ index) =>
      h(
        'li',
        { id: `${id}-${index}`, role: 'option', 'aria-selected': 'false', 'data-index': index },
        h('bdi', {}, option.label),
        option.detail && h('small', {}, option.detail),
      );
    fill(
      listbox,
      found.length > 0 ? found.map(item) : h('li', { role: 'option', 'aria-disabled': 'true' }, strings.combobox.none),
    );
    listbox.hidden = false;
    setAttribute(control, 'aria-expanded', 'true');
    fill(state, found.length > 0 ? strings.combobox.found(found.length) : strings.combobox.none);
    activate(found.length > 0 ? 0 : -1);
  }

  function close() {
    asked.abort();
    clearTimeout(typing);
    listbox.hidden = true;
    fill(state);
    setAttribute(control, 'aria-expanded', 'false');
    activate(-1);
  }

  /** @param {number} index */
  function activate(index) {
    active = index;
    for (const [at, element] of [...listbox.children].entries()) {
      setAttribute(element, 'aria-selected', String(at === index));
      if (at === index) element.scrollIntoView({ block: 'nearest' });
    }
    setAttribute(control, 'aria-activedescendant', index < 0 ? null : `${id}-${index}`);
  }

  /** @param {number} index */
  function choose(index) {
    const option = options[index];
    if (!option) return;
    chosen = option;
    control.value = option.label;
    made.complain('');
    close();
    fill(state, strings.combobox.chosen(option.label));
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const isOpen = !listbox.hidden;
    const last = options.length - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isOpen) look();
      else if (event.key === 'ArrowDown') activate(active >= last ? 0 : active + 1);
      else activate(active <= 0 ? last : active - 1);
    } else if (event.key === 'Enter' && isOpen && active >= 0) {
      choose(active);
    } else if (event.key === 'Escape' && isOpen) {
      close();
    } else {
      // With the Tab key too, what stands out is taken along.
      if (event.key === 'Tab' && isOpen) choose(active);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** The field has the focus while one is chosen. @param {Event} event */
  function keepFocus(event) {
    event.preventDefault();
  }

  /** @param {Event} event */
  function onPick(event) {
    const option = event.target instanceof Element && event.target.closest('[data-index]');
    if (option instanceof HTMLElement) choose(Number(option.dataset.index));
  }

  return { ...made, chosen: () => chosen?.value ?? null };
}
