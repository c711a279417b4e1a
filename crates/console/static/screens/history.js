// @ts-check
// All that happened, newest first. The API has no filters for it, so they look through what is loaded, and say so.

import { h } from '../dom.js';
import { whoIs } from '../format.js';
import { field, select } from '../parts/form.js';
import { historyOf } from '../parts/history.js';
import { strings } from '../strings.js';

const texts = strings.history;

/** @type {import('../shell.js').MakeScreen} */
export default async function history(context) {
  const { route, keepQuery, session } = context;
  const choices = (/** @type {string} */ any, /** @type {Record<string, string>} */ names) =>
    select([['', any], .../** @type {[string, string][]} */ (Object.entries(names))]);
  const filters = {
    by: field('by', texts.by, choices(texts.anybody, {})),
    entity: field('entity', texts.entity, choices(texts.anything, texts.entities)),
    action: field('action', texts.action, choices(texts.anyAction, texts.actions)),
  };
  const fields = Object.values(filters);
  const chosen = () => Object.fromEntries(fields.map(({ name, control }) => [name, control.value]));
  const known = new Set();
  const learn = (/** @type {string} */ subject) => {
    if (!subject || known.has(subject)) return;
    known.add(subject);
    filters.by.control.append(h('option', { value: subject }, whoIs(subject, session)));
  };
  learn(session.caller()?.subject ?? '');
  learn(route.query.by ?? '');
  for (const { name, control } of fields) control.value = route.query[name] ?? '';

  const list = await historyOf(context, {
    path: '/history',
    matches: (entry) => {
      const { by, entity, action } = chosen();
      return (!by || entry.by === by) && (!entity || entry.entity === entity) && (!action || entry.action === action);
    },
    isFiltered: () => Object.values(chosen()).some(Boolean),
    loaded: (entries) => {
      for (const { by } of entries) learn(by);
    },
  });
  const turn = () => {
    keepQuery(chosen());
    return list.refilter();
  };
  for (const { control } of fields) control.addEventListener('input', turn);
  const clear = () => {
    for (const { control } of fields) control.value = '';
    return turn();
  };
  const content = h(
    'section',
    {},
    h('h1', {}, texts.title),
    h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      fields.map(({ element }) => element),
      h('button', { type: 'button', class: 'quiet', onclick: clear }, strings.list.clear),
    ),
    h('small', {}, texts.filterHint),
    list.element,
  );
  return { title: texts.title, content };
}
