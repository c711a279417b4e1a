// @ts-check
// Undoing deletions.

import { query } from '../api.js';
import { address } from '../router.js';
import { strings } from '../strings.js';
import { attempt } from './notice.js';

/** @typedef {Pick<import('../shell.js').Context, 'api' | 'toast' | 'go'>} Means */

/**
 * Restores an actor or a movie.
 *
 * @param {Means} context
 * @param {'actors' | 'movies'} kind
 * @param {number} id
 * @param {string} name
 * @param {() => void} [after] what to do then, instead of going there
 */
export function restore(context, kind, id, name, after) {
  return attempt(context, async () => {
    await context.api.postOnce(`/${kind}/${id}/restore`);
    const open = { label: strings.restored.open, run: () => context.go(address(`${kind}/${id}`)) };
    context.toast(strings.restored.done(name), after && open);
    if (after) after();
    else context.go(address(`${kind}/${id}`));
  });
}

/** How many of the trash are looked through for a name. */
const LOOK = 100;

/**
 * What the deleted are called, by their ids, as far as the caller may see them.
 *
 * @param {Pick<import('../shell.js').Context, 'api' | 'session' | 'signal'>} context
 * @param {'actors' | 'movies'} kind
 * @returns {Promise<Map<number, string>>}
 */
export async function namesOfDeleted({ api, session, signal }, kind) {
  if (!session.may(`get:${kind}`, `delete:${kind}`)) return new Map();
  const page = /** @type {Page<string, { id: number, name?: string, title?: string }>} */ (
    await api.get(`/${kind}${query({ deleted: 'only', sort: '-id', limit: LOOK })}`, { signal })
  );
  return new Map((page[kind] ?? []).map(({ id, name, title }) => [id, name ?? title ?? '']));
}
