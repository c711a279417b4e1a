// @ts-check
// Elements, made so that text stays text: nothing here, and nothing that uses it, reads a string as markup.

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Child | Child[]} Children */

const ADDRESSES = new Set(['href', 'src']);
/** What an address may begin with: a place on this page, a path of this server, or a file made in this browser. */
const ADDRESS = /^(#|\/(?![/\\\s])|\.\/|blob:|[\w-]+(\.[\w-]+)*$)/;
const FORBIDDEN = new Set(['style', 'srcdoc', 'action', 'formaction']);

/**
 * Makes an element. A property `on...` is a function that listens, `true` an attribute without a value, `false`, `null` and
 * `undefined` no attribute at all; anything else is an attribute's text. Children are nodes, or text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [props]
 * @param {Children[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) {
      if (typeof value !== 'function') throw new TypeError(`${name} must be a function`);
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      setAttribute(element, name, value);
    }
  }
  fill(element, ...children);
  return element;
}

/**
 * Gives an element these children and no others.
 *
 * @param {Element} element
 * @param {Children[]} children
 */
export function fill(element, ...children) {
  const shown = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...shown.map((child) => (child instanceof Node ? child : String(child))));
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) {
    element.removeAttribute(name);
    return;
  }
  const text = value === true ? '' : String(value);
  if (FORBIDDEN.has(name) || name.startsWith('on')) throw new TypeError(`${name} is no attribute that may be set`);
  if (ADDRESSES.has(name) && !ADDRESS.test(text)) throw new TypeError(`${text} is no address of this server`);
  element.setAttribute(name, text);
}

let ids = 0;

/**
 * An id that no other element has.
 *
 * @param {string} prefix
 */
export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}
