// @ts-check
// Two people changed the same thing: whoever saves second sees both versions, and chooses.

import { isStale } from '../api.js';
import { fill, h, setAttribute } from '../dom.js';
import { strings } from '../strings.js';
import { openDialog } from './dialog.js';
import { messageOf } from './notice.js';

/** @typedef {Record<string, unknown>} Members */

/**
 * What somebody wants to save.
 *
 * @typedef {object} Change
 * @property {Pick<import('../shell.js').Context, 'api' | 'signal' | 'toast'>} context
 * @property {string} path of the API, such as `/actors/7` or `/movies/2/cast/5`
 * @property {string} name of the member that it is answered under, such as `actor`
 * @property {Members} mine the members that were changed, as they are to be sent
 * @property {{ version: number }} base what they were changed from
 * @property {Record<string, string>} labels the members that people know, and what they are called
 * @property {(member: string, value: unknown) => string} [show] a value in words
 */

/**
 * Mine was kept.
 *
 * @typedef {object} Kept
 * @property {any} answer of the server
 * @property {any} before what it was saved over
 */

/** @typedef {{ label: string, yours: string, theirs: string, isMine: boolean }} Difference */

/**
 * Saves a change; where somebody else was first, the person chooses.
 *
 * @param {Change} change
 * @returns {Promise<'saved' | 'mine' | 'theirs' | null>} `null` when they chose nothing, and nothing was saved
 */
export async function save(change) {
  try {
    await change.context.api.patch(change.path, { body: change.mine, version: change.base.version });
    return 'saved';
  } catch (error) {
    if (!isStale(error)) throw error;
    const chosen = await resolveConflict(change);
    return chosen && chosen !== 'theirs' ? 'mine' : chosen;
  }
}

/**
 * Shows what differs, and does what is chosen: to keep mine saves it over the version that is there now.
 *
 * @param {Change} change
 * @returns {Promise<Kept | 'theirs' | null>} `null` when they chose nothing
 */
export async function resolveConflict(change) {
  const texts = strings.conflict;
  const { api, signal, toast } = change.context;
  const look = () => latest({ ...change, api });
  let theirs = await look();
  if (signal.aborted) {
    // No question about a screen that was left: it would stand on top of another.
    toast(texts.left);
    return null;
  }
  return openDialog(texts.title, (close) => {
    const detail = h('p', {});
    const table = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': texts.title });
    const alert = h('p', { class: 'error', role: 'alert' });
    const keep = h('button', { type: 'button', onclick: keepMine }, texts.keep);
    const take = h('button', { type: 'button', class: 'primary', 'data-first': true, onclick: takeTheirs }, texts.take);

    function show() {
      const differences = differencesOf(change, theirs);
      fill(detail, differences.some(({ isMine }) => isMine) ? texts.detail : texts.apart);
      fill(table, tableOf(differences));
    }

    const isBusy = () => element.hasAttribute('aria-busy');

    function takeTheirs() {
      if (!isBusy()) close('theirs');
    }

    async function keepMine() {
      if (isBusy()) return;
      setAttribute(element, 'aria-busy', 'true');
      fill(alert);
      try {
        const answer = await api.patch(change.path, { body: change.mine, version: theirs.version });
        if (signal.aborted) toast(texts.kept);
        close({ answer, before: theirs });
      } catch (error) {
        fill(alert, await explain(error));
      } finally {
        setAttribute(element, 'aria-busy', null);
      }
    }

    /** @param {unknown} error */
    async function explain(error) {
      if (!isStale(error)) return messageOf(error);
      try {
        theirs = await look();
      } catch (problem) {
        return messageOf(problem);
      }
      show();
      return texts.again;
    }

    const element = h('div', { class: 'conflict' }, detail, table, alert, h('p', { class: 'actions' }, keep, take));
    show();
    return element;
  });
}

/**
 * What the two versions do not have in common.
 *
 * @param {Pick<Change, 'mine' | 'base' | 'labels' | 'show'>} change
 * @param {Members} theirs
 * @returns {Difference[]}
 */
export function differencesOf({ mine, base, labels, show = (_, value) => plain(value) }, theirs) {
  const before = /** @type {Members} */ (base);
  return Object.entries(labels).flatMap(([member, label]) => {
    const isMine = member in mine;
    const yours = isMine ? mine[member] : before[member];
    if (plain(yours) === plain(theirs[member])) return [];
    return [{ label, yours: show(member, yours), theirs: show(member, theirs[member]), isMine }];
  });
}

/** @param {unknown} value */
const plain = (value) => (value === null || value === undefined || value === '' ? strings.none : String(value));

/** @param {Difference[]} differences */
function tableOf(differences) {
  const texts = strings.conflict;
  if (differences.length === 0) return h('p', { class: 'state' }, texts.same);
  const heading = (/** @type {string} */ text) => h('th', { scope: 'col' }, text);
  const row = (/** @type {Difference} */ { label, yours, theirs, isMine }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, label),
      h('td', {}, h('bdi', {}, yours), !isMine && h('small', {}, texts.untouched)),
      h('td', {}, h('bdi', {}, theirs)),
    );
  return h(
    'table',
    {},
    h('caption', { class: 'unseen' }, texts.caption),
    h('thead', {}, h('tr', {}, heading(texts.field), heading(texts.yours), heading(texts.theirs))),
    h('tbody', {}, differences.map(row)),
  );
}

/**
 * What is there now. A casting has no address of its own to be read at: it stands in the cast of its movie.
 *
 * @param {Pick<Change, 'path' | 'name'> & Pick<import('../shell.js').Context, 'api'>} change
 * @returns {Promise<Members & { version: number }>}
 */
export async function latest({ api, path, name }) {
  const [, cast, id] = /^(\/movies\/\d+\/cast)\/(\d+)$/.exec(path) ?? [];
  if (!cast) return /** @type {Record<string, any>} */ (await api.get(path))[name];
  const members = /** @type {{ cast: CastMember[] }} */ (await api.get(cast)).cast;
  const found = members.find((each) => each.id === Number(id));
  if (!found) throw new Error(strings.conflict.gone);
  return found;
}
