// @ts-check
// The other way round: what undoes a change, where the rules and the role allow it.

import { h } from '../dom.js';
import { wordsOf } from '../format.js';
import { strings } from '../strings.js';
import { latest } from './conflict.js';
import { confirm, openDialog } from './dialog.js';
import { field, form, input } from './form.js';
import { attempt } from './notice.js';

const texts = strings.history;

/** @typedef {import('../shell.js').Context} Context */
/** @typedef {Record<string, string | number | null>} Members */

/**
 * What is to be sent.
 *
 * @typedef {object} Inverse
 * @property {'POST' | 'PATCH' | 'DELETE'} method
 * @property {string} path
 * @property {string} name of the member that it is answered under
 * @property {Members} [body]
 * @property {boolean} [needsReason]
 * @property {boolean} [needsAge] where a birth date was put in the place of an age
 */

/**
 * What undoes this change; `null` where nothing does, or the caller may not.
 *
 * @param {HistoryEntry} entry
 * @param {{ movie_id: number, actor_id: number } | undefined} place of a casting
 * @param {{ config: Pick<Config, 'statuses'>, session: { may(...permissions: string[]): boolean } }} context
 * @returns {Inverse | null}
 */
export function inverseOf(entry, place, { config, session }) {
  const { entity, entity_id, action, before, after } = entry;
  if (entity !== 'casting') {
    const path = `/${entity}s/${entity_id}`;
    if (action === 'deleted' && session.may(`delete:${entity}s`))
      return { method: 'POST', path: `${path}/restore`, name: entity };
    if ((action === 'created' || action === 'restored') && session.may(`delete:${entity}s`))
      return { method: 'DELETE', path, name: entity };
    if (action === 'updated' && session.may(`patch:${entity}s`))
      return { method: 'PATCH', path, name: entity, ...former(entry) };
    return null;
  }
  if (!place || !session.may('patch:movies')) return null;
  const cast = `/movies/${place.movie_id}/cast`;
  const path = `${cast}/${entity_id}`;
  if (action === 'uncast') {
    const { movie_id: _, ...body } = before;
    return { method: 'POST', path: cast, name: 'casting', body };
  }
  // Whoever is booked has to be released, with a reason.
  if (action === 'cast') return after.status === 'booked' ? null : { method: 'DELETE', path, name: 'casting' };
  if (action === 'updated') return { method: 'PATCH', path, name: 'casting', body: before };
  return action === 'status changed' ? moveBack(entry, path, config.statuses) : null;
}

/**
 * A casting goes back only where the rules let it go.
 *
 * @param {HistoryEntry} entry
 * @param {string} path
 * @param {Config['statuses']} statuses
 * @returns {Inverse | null}
 */
function moveBack({ before, after }, path, statuses) {
  const status = statuses.find(({ name }) => name === after.status);
  if (!status?.moves.some((to) => to === before.status)) return null;
  const { reason: _, ...body } = before;
  return { method: 'PATCH', path, name: 'casting', body, needsReason: status.needs_reason };
}

/**
 * What an actor or a movie was before. An age follows from a birth date, so only one of them is put back.
 *
 * @param {HistoryEntry} entry
 * @returns {{ body: Members, needsAge?: boolean }}
 */
function former({ before }) {
  const { age, birth_date, deleted_at: _, ...rest } = before;
  if (birth_date) return { body: { ...rest, birth_date } };
  if (age !== undefined) return { body: { ...rest, age } };
  return birth_date === null ? { body: rest, needsAge: true } : { body: rest };
}

/**
 * Undoes a change. Whatever was changed since is not overwritten without asking.
 *
 * @param {Context} context
 * @param {HistoryEntry} entry
 * @param {Inverse} inverse
 * @returns {Promise<boolean>} whether it is undone
 */
export async function undo(context, entry, inverse) {
  let isDone = false;
  await attempt(context, async () => {
    isDone = await act(context, entry, inverse);
  });
  return isDone;
}

/**
 * @param {Context} context
 * @param {HistoryEntry} entry
 * @param {Inverse} inverse
 */
async function act({ api }, entry, { method, path, name, body, needsReason, needsAge }) {
  if (method === 'POST') {
    await api.postOnce(path, { body });
    return true;
  }
  const now = await latest({ api, path, name });
  const changed = Object.keys(method === 'DELETE' ? entry.after : (body ?? {})).filter(
    (member) => member in entry.after && (now[member] ?? null) !== entry.after[member],
  );
  if (changed.includes('status')) throw new Error(texts.movedOn);
  const nowIs = changed.map((member) => wordsOf(member, now[member])).join(', ');
  if (changed.length > 0 && !(await confirm(texts.changedSince, texts.overwrite(nowIs), texts.putBack))) return false;
  if (method === 'DELETE') {
    await api.delete(path, { version: now.version });
    return true;
  }
  const age = needsAge && { age: now.age };
  const send = (/** @type {Members} */ more) =>
    api.patch(path, { body: { ...body, ...age, ...more }, version: now.version });
  if (needsReason) return (await askWhy(send)) === true;
  await send({});
  return true;
}

/** @param {(more: Members) => Promise<unknown>} send */
function askWhy(send) {
  return openDialog(texts.whyTitle, (close) => {
    const reason = field('reason', texts.why, input({ dir: 'auto' }), { hint: texts.whyHint });
    const submit = async () => {
      await send({ reason: reason.control.value.trim() });
      close(true);
    };
    return h('div', {}, form({ fields: [reason], label: texts.putBack, submit, cancel: () => close(null) }));
  });
}
