// @ts-check
// Forms whose problems stand at the fields that the server names.

import { isAborted, Refusal } from '../api.js';
import { fill, h, newId, setAttribute } from '../dom.js';
import { strings } from '../strings.js';
import { messageOf } from './notice.js';

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * A control with its label, a hint, and a place for what is wrong with it.
 *
 * @typedef {object} Field
 * @property {string} name the member that it is sent as
 * @property {string} label
 * @property {Control} control
 * @property {HTMLElement} element
 * @property {(text: string) => void} complain
 */

/**
 * @param {string} name
 * @param {string} label
 * @param {Control} control
 * @param {{ hint?: string }} [more]
 * @returns {Field}
 */
export function field(name, label, control, { hint } = {}) {
  const id = newId(name);
  control.id = id;
  control.name = name;
  const hintElement = hint ? h('small', { id: `${id}-hint` }, hint) : null;
  const error = h('small', { id: `${id}-error`, class: 'error' });
  const describe = (/** @type {boolean} */ isWrong) => {
    const described = [hintElement && `${id}-hint`, isWrong && `${id}-error`].filter(Boolean).join(' ');
    setAttribute(control, 'aria-describedby', described || null);
    setAttribute(control, 'aria-invalid', isWrong && 'true');
  };
  describe(false);
  const complain = (/** @type {string} */ text) => {
    error.textContent = text;
    describe(text !== '');
  };
  control.addEventListener('input', () => complain(''));
  return {
    name,
    label,
    control,
    complain,
    element: h('div', { class: 'field' }, h('label', { for: id }, label), control, hintElement, error),
  };
}

/** @param {Record<string, unknown>} [props] */
export const input = (props = {}) => h('input', { type: 'text', autocomplete: 'off', ...props });

/**
 * A whole number if it is one, `null` where nothing was typed, else what was: the server says what is wrong with it.
 *
 * @param {string} text
 * @returns {number | null}
 */
export function numberOf(text) {
  const typed = text.trim();
  if (typed === '') return null;
  return /^\d{1,9}$/.test(typed) ? Number(typed) : /** @type {any} */ (typed);
}

/** Milliseconds after the last key before what was typed counts. */
const TYPING = 200;

/**
 * Acts once somebody has typed, or at once where they choose; no more when the screen was left.
 *
 * @param {Control} control
 * @param {() => unknown} act
 * @param {AbortSignal} signal
 */
export function whenTyped(control, act, signal) {
  let typing = 0;
  const isTyped = control instanceof HTMLInputElement && control.type !== 'date';
  control.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => signal.aborted || act(), isTyped ? TYPING : 0);
  });
}

/**
 * @param {[value: string, label: string][]} options
 * @param {string} [chosen]
 * @param {Record<string, unknown>} [props]
 */
export const select = (options, chosen = '', props = {}) =>
  h(
    'select',
    props,
    options.map(([value, label]) => h('option', { value, selected: value === chosen }, label)),
  );

/**
 * A form. What `submit` throws is shown: a refusal at the fields that it names, all else above the buttons.
 *
 * @param {object} parts
 * @param {Field[]} parts.fields
 * @param {string} parts.label of the button that submits
 * @param {(also: boolean) => Promise<void>} parts.submit
 * @param {string} [parts.also] of another button that submits
 * @param {() => void} [parts.cancel]
 * @param {Node[]} [parts.more] what stands between the fields and the buttons
 */
export function form({ fields, label, submit, also, cancel, more = [] }) {
  const alert = h('p', { class: 'error', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'primary' }, label);
  // No second submit button: Enter is to mean the first.
  const other = also && h('button', { type: 'button', onclick: () => run(true) }, also);
  const element = h(
    'form',
    { novalidate: true, onsubmit: onSubmit },
    fields.map((each) => each.element),
    more,
    alert,
    h(
      'p',
      { class: 'actions' },
      cancel && h('button', { type: 'button', onclick: leave }, strings.cancel),
      other,
      button,
    ),
  );

  function leave() {
    // What is on its way to the server cannot be called back.
    if (!element.hasAttribute('aria-busy')) cancel?.();
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    return run(false);
  }

  /** @param {boolean} isOther */
  async function run(isOther) {
    // Only pressed twice by mistake.
    if (button.getAttribute('aria-disabled')) return;
    setAttribute(button, 'aria-disabled', 'true');
    setAttribute(element, 'aria-busy', 'true');
    for (const each of fields) each.complain('');
    fill(alert);
    try {
      await submit(isOther);
    } catch (error) {
      show(error, fields, alert);
    } finally {
      setAttribute(button, 'aria-disabled', null);
      setAttribute(element, 'aria-busy', null);
    }
  }
  return element;
}

/**
 * Shows an error where it belongs.
 *
 * @param {unknown} error
 * @param {Field[]} fields
 * @param {HTMLElement} alert for what belongs to no field
 */
function show(error, fields, alert) {
  if (isAborted(error)) return;
  const flaws = error instanceof Refusal ? (error.problem.errors ?? []) : [];
  const rest = [];
  const complaining = new Set();
  for (const { pointer, detail } of flaws) {
    const at = fields.find((each) => pointer === `#/${each.name}`);
    const text = inWords(detail, fields);
    at?.complain(text);
    if (!at) rest.push(text);
    complaining.add(at);
  }
  if (flaws.length === 0) rest.push(messageOf(error));
  fill(alert, rest.join(' '));
  // The first of the form, whatever the order in which the server tells them.
  fields.find((each) => complaining.has(each))?.control.focus();
}

/** A detail, with the labels of fields in place of the members that it names, such as `shoot_start`. @param {string} detail @param {Field[]} fields */
export const inWords = (detail, fields) =>
  detail.replace(/\b[a-z]+_[a-z]+\b/g, (member) => {
    const field = fields.find(({ name }) => name === member);
    return field ? `“${field.label}”` : member;
  });
