// @ts-check
// Undoing deletions, and doing things at the press of a button outside of forms.

import { Unreachable } from '../api.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

/** @typedef {Pick<import('../shell.js').Context, 'api' | 'toast' | 'go'>} Means */

/**
 * Does it, and shows why it could not be done.
 *
 * @param {Pick<Means, 'toast'>} context
 * @param {() => Promise<void>} act
 * @returns {Promise<boolean>} whether it was done
 */
export async function attempt({ toast }, act) {
  try {
    await act();
    return true;
  } catch (error) {
    const isAway = error instanceof Unreachable;
    toast(
      isAway
        ? `${strings.offline.title}. ${strings.offline.detail}`
        : error instanceof Error
          ? error.message
          : String(error),
    );
    return false;
  }
}

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
    await context.api.post(`/${kind}/${id}/restore`);
    const open = { label: strings.restored.open, run: () => context.go(address(`${kind}/${id}`)) };
    context.toast(strings.restored.done(name), after && open);
    if (after) after();
    else context.go(address(`${kind}/${id}`));
  });
}
