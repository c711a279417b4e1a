// @ts-check
// A list with filters, an order and pages, all of which stand in the address: it can be kept, sent, and gone back to.

import { brokenOff, query, Refusal } from '../api.js';
import { fill, h, setAttribute } from '../dom.js';
import { size } from '../format.js';
import { address } from '../router.js';
import { strings } from '../strings.js';
import { inWords, whenTyped } from './form.js';
import { messageOf } from './notice.js';

/** The addresses of the lists as they were last looked at. @type {Map<string, string>} */
const lists = new Map();

/** The address of a list, as it was last looked at. @param {string} name */
export const listAddress = (name) => lists.get(name) ?? address(name);

/** Milliseconds between two tidings of how far an export has come. */
const PROGRESS = 1000;

/**
 * @template Item
 * @typedef {object} Column
 * @property {string} label
 * @property {string} [sort] the field that it is sorted by
 * @property {boolean} [isNumber]
 * @property {(item: Item) => import('../dom.js').Children} cell the first column's names the row
 */

/**
 * @template Item
 * @typedef {object} List
 * @property {string} path of the API, such as `/actors`; its last part is the name of the items, and of the exported file
 * @property {string} caption
 * @property {Column<Item>[]} columns
 * @property {import('./form.js').Field[]} filters each named as the parameter of the query
 * @property {string} sort the order where nobody chose another
 * @property {(number: number) => string} count
 * @property {Node} empty what is shown where there is nothing at all
 * @property {string} noMatch
 * @property {(items: Item[], total: HTMLElement) => void} [shown] does more with the page
 */

/**
 * @template Item
 * @param {import('../shell.js').Context} context
 * @param {List<Item>} list
 * @returns {Promise<{ element: HTMLElement, refresh: () => Promise<boolean> }>}
 */
export async function listOf(context, list) {
  const { api, route, signal, keepQuery, announce } = context;
  const name = list.path.split('/').pop() ?? '';
  const total = h('p', { class: 'total' });
  const table = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': list.caption });
  const pager = h('nav', { class: 'pager', 'aria-label': strings.list.pages });
  const alert = h('p', { class: 'error', role: 'alert' });
  const progress = h('p', { role: 'status' });
  const clearing = h('button', { type: 'button', class: 'quiet', onclick: clear }, strings.list.clear);
  let state = known(route.query);
  lists.set(name, address(name, state));
  const isFiltered = () => list.filters.some((each) => state[each.name]);
  setAttribute(clearing, 'hidden', !isFiltered());
  let asked = new AbortController();

  for (const { name: parameter, control } of list.filters) {
    control.value = state[parameter] ?? '';
    whenTyped(control, filter, signal);
  }

  /** What of an address means something here. @param {Record<string, string>} given */
  function known(given) {
    const names = [...list.filters.map((each) => each.name), 'sort', 'page'];
    return Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  }

  /** Asks for what the filters say now. */
  function filter() {
    const chosen = Object.fromEntries(list.filters.map(({ name, control }) => [name, control.value.trim()]));
    return change({ ...chosen, page: '' });
  }

  /** @param {Record<string, string>} changed @param {boolean} [isStep] that the browser goes back to */
  async function change(changed, isStep) {
    state = { ...state, ...changed };
    keepQuery(state, isStep);
    lists.set(name, address(name, state));
    setAttribute(clearing, 'hidden', !isFiltered());
    if (await refresh()) announce(total.textContent ?? '');
  }

  /** What the server is asked for. */
  const wanted = () => ({ ...state, sort: state.sort || list.sort });

  /** @returns {Promise<boolean>} whether it shows what was asked for */
  async function refresh() {
    asked.abort();
    asked = new AbortController();
    const waiting = AbortSignal.any([asked.signal, signal]);
    for (const each of list.filters) each.complain('');
    fill(alert);
    setAttribute(table, 'aria-busy', 'true');
    try {
      const path = `${list.path}${query({ ...wanted(), page: state.page || '1' })}`;
      const page = /** @type {Page<string, Item>} */ (await api.get(path, { signal: waiting }));
      // The last rows of the last page may have been deleted.
      if (page.pages && (page.page ?? 1) > page.pages) await change({ page: String(page.pages) });
      else show(page);
      return true;
    } catch (error) {
      if (!waiting.aborted) complain(error);
      return false;
    } finally {
      if (!waiting.aborted) setAttribute(table, 'aria-busy', null);
    }
  }

  /** @param {unknown} error */
  function complain(error) {
    const flaws = error instanceof Refusal ? (error.problem.errors ?? []) : [];
    const rest = flaws.filter(({ parameter, detail }) => {
      const at = list.filters.find((each) => each.name === parameter);
      at?.complain(inWords(detail, list.filters));
      return !at;
    });
    if (flaws.length > 0 && rest.length === 0) {
      // What is shown is not what is asked for.
      fill(total);
      fill(table, h('p', { class: 'state' }, strings.list.flawed));
      fill(pager);
      return;
    }
    const again = h('button', { type: 'button', onclick: refresh }, strings.retry);
    fill(alert, messageOf(error), ' ', again);
  }

  /** @param {Page<string, Item>} page */
  function show(page) {
    const items = page[name] ?? [];
    fill(total, page.total_capped ? strings.list.more(list.count(page.total)) : list.count(page.total));
    if (items.length > 0) fill(table, tableOf(items));
    else
      fill(table, isFiltered() ? h('p', { class: 'state' }, list.noMatch) : h('div', { class: 'state' }, list.empty));
    showPager(page.page ?? 1, page.pages ?? 1);
    list.shown?.(items, total);
  }

  /** @param {Item[]} items */
  function tableOf(items) {
    const row = (/** @type {Item} */ item) =>
      h(
        'tr',
        {},
        list.columns.map((column, index) =>
          index === 0
            ? h('th', { scope: 'row' }, column.cell(item))
            : h('td', { class: column.isNumber && 'number', 'data-label': column.label }, column.cell(item)),
        ),
      );
    return h(
      'table',
      { class: 'list' },
      h('caption', { class: 'unseen' }, list.caption),
      h('thead', {}, h('tr', {}, list.columns.map(heading))),
      h('tbody', {}, items.map(row)),
    );
  }

  /** @param {Column<Item>} column */
  function heading({ label, sort, isNumber }) {
    const order = state.sort || list.sort;
    const by = sort && order.replace(/^-/, '') === sort;
    const isDown = by && order.startsWith('-');
    const turn = async () => {
      await change({ sort: by && !isDown ? `-${sort}` : (sort ?? ''), page: '' });
      announce(strings.list.sortedBy(label, Boolean(by && !isDown)));
      /** @type {HTMLElement | null} */ (table.querySelector(`[data-sort="${sort}"]`))?.focus();
    };
    return h(
      'th',
      { scope: 'col', class: isNumber && 'number', 'aria-sort': by ? (isDown ? 'descending' : 'ascending') : null },
      sort ? h('button', { type: 'button', 'data-sort': sort, onclick: turn }, label) : label,
    );
  }

  /** @param {number} page @param {number} pages */
  function showPager(page, pages) {
    const step = (/** @type {string} */ label, /** @type {number} */ to, /** @type {boolean} */ may) => {
      const go = async () => {
        await change({ page: String(to) }, true);
        if (signal.aborted) return;
        table.focus();
        scrollTo(0, 0);
      };
      return h('button', { type: 'button', disabled: !may, onclick: go }, label);
    };
    if (pages <= 1) {
      fill(pager);
      return;
    }
    fill(
      pager,
      step(strings.list.previous, page - 1, page > 1),
      h('span', {}, strings.list.page(page, pages)),
      step(strings.list.next, page + 1, page < pages),
    );
  }

  function clear() {
    for (const { control } of list.filters) control.value = '';
    return filter();
  }

  const exported = () =>
    download(context, `${list.path}${query({ ...wanted(), page: '', format: 'csv' })}`, `${name}.csv`, progress);
  const [search, ...others] = list.filters;
  const isOpen = others.some((each) => state[each.name]);
  const element = h(
    'div',
    { class: 'listing' },
    h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      search?.element,
      others.length > 0 &&
        h(
          'details',
          { open: isOpen },
          h('summary', {}, strings.list.filters),
          h(
            'div',
            {},
            others.map((each) => each.element),
          ),
        ),
      clearing,
    ),
    h('div', { class: 'bar' }, total, h('button', { type: 'button', onclick: exported }, strings.list.export)),
    alert,
    progress,
    table,
    pager,
  );
  await refresh();
  return { element, refresh };
}

/**
 * Has the browser keep a file that takes the token to get, and tells how far it has come.
 *
 * @param {import('../shell.js').Context} context
 * @param {string} path
 * @param {string} file
 * @param {HTMLElement} progress
 */
export async function download({ api, signal, toast }, path, file, progress) {
  try {
    const { body } = await api.send('GET', path, { signal });
    const chunks = [];
    let bytes = 0;
    let told = Date.now();
    for (const reader = body?.getReader(); reader; ) {
      const { done, value } = await reader.read().catch(brokenOff);
      if (done) break;
      chunks.push(value);
      bytes += value.length;
      // Whoever listens is told now and then.
      if (Date.now() - told < PROGRESS) continue;
      told = Date.now();
      fill(progress, strings.list.exporting(size(bytes)));
    }
    const url = URL.createObjectURL(new Blob(chunks, { type: 'text/csv' }));
    h('a', { href: url, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    fill(progress);
    toast(strings.list.exported(file));
  } catch (error) {
    if (signal.aborted) toast(strings.list.exportLeft(file));
    else fill(progress, messageOf(error));
  }
}
