// @ts-check
// The screen of an actor or a movie that is in the trash, or never was: the history tells which.

import { query } from '../api.js';
import { h } from '../dom.js';
import { instant } from '../format.js';
import { strings } from '../strings.js';
import { historyOf } from './history.js';
import { namesOfDeleted, restore } from './restore.js';

const texts = strings.absent;
/** How many changes are looked at for the name, and shown at first. */
const LOOK = 100;

/**
 * @param {import('../shell.js').Context} context
 * @param {'actors' | 'movies'} kind
 * @param {string} id
 * @returns {Promise<import('../shell.js').Screen>}
 */
export async function absent(context, kind, id) {
  const path = `/${kind}/${id}/history`;
  // The history first: what has none never was.
  const first = /** @type {import('./history.js').Changes} */ (
    await context.api.get(`${path}${query({ limit: LOOK })}`, { signal: context.signal })
  );
  const own = first.history.filter(({ entity }) => `${entity}s` === kind);
  const named = own.map(({ before, after }) => after.name ?? before.name ?? after.title ?? before.title).find(Boolean);
  const name = String(named ?? (await namesOfDeleted(context, kind)).get(Number(id)) ?? texts.unnamed[kind]?.(id));
  const deletedAt = own.map(({ after }) => after.deleted_at).find(Boolean);
  const history = await historyOf(context, { path, first, names: { [`${kind}/${id}`]: name }, undone: context.reload });
  const back = h(
    'button',
    { type: 'button', class: 'primary', onclick: () => restore(context, kind, Number(id), name) },
    strings.restore,
  );
  const content = h(
    'article',
    { class: 'sections' },
    h(
      'div',
      {},
      h('h1', {}, h('bdi', {}, name)),
      h('p', { class: 'note' }, deletedAt ? texts.since(instant(String(deletedAt))) : texts.deleted),
      context.session.may(`delete:${kind}`) && h('p', { class: 'actions start' }, back),
    ),
    h('section', {}, h('h2', {}, strings.history.title), history.element),
  );
  return { title: name, content };
}
