// @ts-check
// What was deleted and can be restored, by whoever could have deleted it.

import { query } from '../api.js';
import { fill, h, setAttribute } from '../dom.js';
import { instant } from '../format.js';
import { input, whenTyped } from '../parts/form.js';
import { attempt } from '../parts/notice.js';
import { restore } from '../parts/restore.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

const texts = strings.trash;
/** How many are shown at first, and with each press of the button. */
const STEP = 20;

/** @typedef {{ id: number, name?: string, title?: string, deleted_at?: string }} Gone */
/** @typedef {'actors' | 'movies'} Kind */

/** @type {import('../shell.js').MakeScreen} */
export default async function trash(context) {
  const { session } = context;
  const kinds = /** @type {Kind[]} */ (['actors', 'movies']).filter((kind) =>
    session.may(`get:${kind}`, `delete:${kind}`),
  );
  const sections = kinds.map((kind) => sectionOf(context, kind));
  const q = context.route.query.q ?? '';
  const search = input({ type: 'search', 'aria-label': texts.search, placeholder: texts.search, class: 'search' });
  search.value = q;
  const look = () => {
    const q = search.value.trim();
    context.keepQuery({ q });
    const refreshed = sections.map((section) => attempt(context, () => section.refresh(q)));
    Promise.all(refreshed).then((all) => {
      if (all.every(Boolean)) context.announce(sections.map((section) => section.told()).join(' '));
    });
  };
  whenTyped(search, look, context.signal);
  await Promise.all(sections.map((section) => section.refresh(q)));
  const content = h(
    'section',
    { class: 'sections' },
    h(
      'div',
      {},
      h('h1', {}, texts.title),
      kinds.length > 0 ? [h('p', {}, texts.detail), search] : h('p', {}, texts.nobody),
    ),
    sections.map((section) => section.element),
  );
  return { title: texts.title, content };
}

/**
 * @param {import('../shell.js').Context} context
 * @param {Kind} kind
 */
function sectionOf(context, kind) {
  const heading = h('h2', { tabindex: '-1' }, texts[kind]);
  const body = h('div', {});
  const more = h('button', { type: 'button', hidden: true }, strings.history.more);
  more.addEventListener('click', () => attempt(context, showMore));
  /** @type {Gone[]} */
  let items = [];
  /** @type {string | null} */
  let cursor = null;
  let q = '';
  let asked = new AbortController();

  /** @param {string} wanted */
  async function refresh(wanted) {
    q = wanted;
    await load([], null);
  }

  async function showMore() {
    const first = items.length;
    await load(items, cursor);
    /** @type {HTMLElement | null} */ (body.querySelectorAll('tbody a')[first] ?? null)?.focus();
  }

  /** Shows these, and those that follow them. @param {Gone[]} before @param {string | null} from */
  async function load(before, from) {
    // Only what was asked last counts.
    asked.abort();
    asked = new AbortController();
    const signal = AbortSignal.any([asked.signal, context.signal]);
    const wanted = { deleted: 'only', limit: STEP, q, cursor: from };
    const page = /** @type {Page<string, Gone>} */ (await context.api.get(`/${kind}${query(wanted)}`, { signal }));
    signal.throwIfAborted();
    items = [...before, ...(page[kind] ?? [])];
    cursor = page.next_cursor;
    draw();
  }

  function draw() {
    setAttribute(more, 'hidden', cursor === null);
    if (items.length === 0) fill(body, h('p', { class: 'soft' }, q ? texts.noMatch : texts.empty[kind]));
    else fill(body, tableOf());
  }

  function tableOf() {
    const name = kind === 'actors' ? texts.columns.name : texts.columns.title;
    const column = (/** @type {string} */ label) => h('th', { scope: 'col' }, label);
    return h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'list' },
        h('caption', { class: 'unseen' }, texts[kind]),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            column(name),
            column(texts.columns.deleted),
            h('td', {}, h('span', { class: 'unseen' }, texts.columns.restore)),
          ),
        ),
        h('tbody', {}, items.map(rowOf)),
      ),
    );
  }

  /** @param {Gone} item */
  function rowOf(item) {
    const name = item.name ?? item.title ?? '';
    const back = () =>
      restore(context, kind, item.id, name, () => {
        items = items.filter((each) => each.id !== item.id);
        draw();
        // The button is gone; who works through the list goes on at its head.
        heading.focus();
      });
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('a', { href: address(`${kind}/${item.id}`) }, h('bdi', {}, name))),
      h('td', { 'data-label': texts.columns.deleted }, instant(item.deleted_at)),
      h(
        'td',
        { class: 'plain end' },
        h(
          'button',
          { type: 'button', class: 'small', 'aria-label': texts.restore(name), onclick: back },
          strings.restore,
        ),
      ),
    );
  }

  const element = h('section', {}, heading, body, h('p', { class: 'pager' }, more));
  const told = () => `${texts[kind]}: ${items.length}.`;
  return { element, refresh, told };
}
