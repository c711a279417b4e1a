// @ts-check
// What happened: who, when, what, before and after, with an undo of the latest change of each thing where there is one.

import { query } from '../api.js';
import { fill, h, newId, setAttribute } from '../dom.js';
import { instant, whoIs, wordsOf } from '../format.js';
import { address } from '../router.js';
import { strings } from '../strings.js';
import { attempt } from './notice.js';
import { namesOfDeleted } from './restore.js';
import { inverseOf, undo } from './undo.js';

const texts = strings.history;
/** How many changes are shown at first, and with each press of the button. */
const STEP = 20;
/** How many are asked for at once while filters look for some. */
const LOOK = 100;
/** How often it is asked at most for one press. */
const LOOKS = 10;

/** @typedef {import('../shell.js').Context} Context */
/** @typedef {{ movie_id: number, actor_id: number }} Place */
/** @typedef {{ history: HistoryEntry[], next_cursor: string | null }} Changes a page of a history */

/**
 * @typedef {object} Histories
 * @property {string} path of the API, such as `/actors/7/history`
 * @property {Changes} [first] the newest ones, where they are known
 * @property {{ id: number, movie_id: number, actor_id: number }[]} [castings] those that are known
 * @property {Record<string, string>} [names] that are known, such as `{ 'actors/7': 'Nada Haddad' }`
 * @property {(entry: HistoryEntry) => boolean} [matches] the filter
 * @property {() => boolean} [isFiltered]
 * @property {(entries: HistoryEntry[]) => void} [loaded] is told what was loaded
 * @property {() => void} [undone] is called when something was undone, in place of showing the history anew
 */

/**
 * @param {Context} context
 * @param {Histories} histories
 */
export async function historyOf(context, histories) {
  const { api, signal, announce } = context;
  const matches = histories.matches ?? (() => true);
  const isFiltered = histories.isFiltered ?? (() => false);
  const naming = createNaming(context, histories.names ?? {});
  let first = histories.first ?? null;
  const total = h('p', { class: 'total' });
  const table = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': texts.title });
  const more = h('button', { type: 'button', onclick: () => attempt(context, showMore) }, texts.more);
  /** @type {HistoryEntry[]} */
  let entries = [];
  /** @type {string | null} */
  let cursor = null;
  let asked = new AbortController();
  /** @type {Map<number, Place>} */
  const places = new Map((histories.castings ?? []).map((casting) => [casting.id, casting]));

  /**
   * @param {string | null} from
   * @param {number} limit
   * @param {AbortSignal} waiting
   */
  async function ask(from, limit, waiting) {
    const known = first;
    first = null;
    const page =
      known ??
      /** @type {Changes} */ (await api.get(`${histories.path}${query({ limit, cursor: from })}`, { signal: waiting }));
    waiting.throwIfAborted();
    for (const entry of page.history) learn(entry);
    return page;
  }

  /** @param {number} limit @param {AbortSignal} waiting */
  async function load(limit, waiting) {
    const page = await ask(cursor, limit, waiting);
    entries = [...entries, ...page.history];
    cursor = page.next_cursor;
    histories.loaded?.(page.history);
  }

  /** @param {HistoryEntry} entry */
  function learn({ entity, entity_id, action, before, after }) {
    if (entity !== 'casting') naming.meet(`${entity}s/${entity_id}`, action === 'deleted');
    const { movie_id, actor_id, name, title } = { ...before, ...after };
    if (entity === 'casting' && entity_id && movie_id && actor_id) {
      places.set(entity_id, { movie_id: Number(movie_id), actor_id: Number(actor_id) });
    }
    if (entity !== 'casting' && (name || title)) naming.learn(`${entity}s/${entity_id}`, String(name ?? title));
  }

  const shown = () => entries.filter(matches);

  /** Loads until there are some more to show, or it has looked long enough. @param {number} wanted */
  async function seek(wanted) {
    // Only what was asked last counts.
    asked.abort();
    asked = new AbortController();
    const waiting = AbortSignal.any([asked.signal, signal]);
    for (let looks = 0; looks < LOOKS; looks += 1) {
      await load(isFiltered() ? LOOK : Math.min(wanted - shown().length, LOOK), waiting);
      if (cursor === null || shown().length >= wanted) break;
    }
  }

  async function showMore() {
    const before = shown().length;
    setAttribute(table, 'aria-busy', 'true');
    try {
      await seek(before + STEP);
    } finally {
      setAttribute(table, 'aria-busy', null);
    }
    draw();
    keepNumber();
    announce(total.textContent ?? '');
    const added = table.querySelectorAll('tbody tr')[before];
    added?.setAttribute('tabindex', '-1');
    /** @type {HTMLElement | undefined} */ (added)?.focus();
    locateSoon();
  }

  async function refilter() {
    draw();
    await attempt(context, async () => {
      if (cursor !== null && shown().length < STEP) await seek(STEP);
    });
    draw();
    keepNumber();
    locateSoon();
    announce(total.textContent ?? '');
  }

  /** Whoever goes back finds as many. */
  const keepNumber = () => history.replaceState({ ...history.state, shown: shown().length }, '');

  /** Loads anew as many as were shown here. */
  async function refresh() {
    entries = [];
    cursor = null;
    await seek(Math.max(history.state?.shown ?? 0, STEP));
    draw();
    locateSoon();
  }

  function draw() {
    const visible = shown();
    const end = cursor === null ? texts.all : texts.older;
    const counted = isFiltered() ? texts.matching(visible.length, entries.length) : texts.shown(visible.length);
    fill(total, entries.length > 0 ? `${counted}; ${end}.` : '');
    setAttribute(more, 'hidden', cursor === null);
    if (visible.length > 0) fill(table, tableOf(visible));
    else fill(table, h('p', { class: 'state' }, isFiltered() ? texts.noMatch : texts.empty));
  }

  /** @param {HistoryEntry[]} visible */
  function tableOf(visible) {
    const latest = latestOf(entries);
    const column = (/** @type {string} */ label) => h('th', { scope: 'col' }, label);
    const { at, by, what, change, undo: undoing } = texts.columns;
    return h(
      'table',
      { class: 'list history' },
      h('caption', { class: 'unseen' }, texts.title),
      h(
        'thead',
        {},
        h('tr', {}, [at, by, what, change].map(column), h('td', {}, h('span', { class: 'unseen' }, undoing))),
      ),
      h(
        'tbody',
        {},
        visible.map((entry) => rowOf(entry, latest.has(entry.id))),
      ),
    );
  }

  /** @param {HistoryEntry} entry @param {boolean} isLatest */
  function rowOf(entry, isLatest) {
    const { columns } = texts;
    const place = entry.entity === 'casting' && entry.entity_id ? places.get(entry.entity_id) : undefined;
    const inverse = isLatest ? inverseOf(entry, place, context) : null;
    const what = h('div', {}, headline(entry, place));
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('time', { datetime: entry.at }, instant(entry.at))),
      h('td', { 'data-label': columns.by }, h('bdi', {}, whoIs(entry.by, context.session))),
      h('td', { class: 'plain' }, what),
      h('td', { class: 'plain' }, changesOf(entry)),
      h('td', { class: 'plain end' }, inverse && undoButton(entry, inverse, what)),
    );
  }

  /**
   * @param {HistoryEntry} entry
   * @param {import('./undo.js').Inverse} inverse
   * @param {HTMLElement} what
   */
  function undoButton(entry, inverse, what) {
    const press = async () => {
      if (button.getAttribute('aria-disabled')) return;
      setAttribute(button, 'aria-disabled', 'true');
      const isDone = await undo(context, entry, inverse);
      setAttribute(button, 'aria-disabled', null);
      if (!isDone) return;
      context.toast(texts.undone);
      if (histories.undone) histories.undone();
      else await attempt(context, refresh);
      // The button is gone.
      if (table.isConnected) table.focus();
    };
    const [id, about] = [newId('undo'), newId('change')];
    what.id = about;
    const button = h(
      'button',
      // Names that come later are a part of it then.
      { type: 'button', class: 'small', id, 'aria-labelledby': `${id} ${about}`, onclick: press },
      strings.undo,
    );
    return button;
  }

  /** @param {HistoryEntry} entry @param {Place | undefined} place */
  function headline(entry, place) {
    const { action, entity, entity_id, after } = entry;
    const verb = texts.actions[action] ?? action;
    if (action === 'imported') {
      const number = Number(after.count ?? 0);
      return `${verb} ${number.toLocaleString('en')} ${texts.plurals[entity]}`;
    }
    if (entity !== 'casting') return [`${verb}: `, naming.link(`${entity}s/${entity_id}`)];
    if (!place) return `${verb}: ${texts.casting(entity_id)}`;
    return [
      `${verb}: `,
      naming.link(`actors/${place.actor_id}`),
      ` ${texts.in} `,
      naming.link(`movies/${place.movie_id}`),
    ];
  }

  const isPlaceless = () =>
    entries.some(({ entity, entity_id }) => entity === 'casting' && !places.has(entity_id ?? 0));

  /** Looks further back for what tells whom and which movie a casting is of: the later changes of it do not. */
  async function locate() {
    if (!isPlaceless()) return;
    let from = cursor;
    for (let looks = 0; isPlaceless() && from && looks < LOOKS; looks += 1) {
      from = (await ask(from, LOOK, signal)).next_cursor;
    }
    // Whoever is at work in the table is not disturbed.
    if (!table.contains(document.activeElement)) draw();
  }
  // The names can come later, or not at all.
  const locateSoon = () => locate().catch(() => {});

  await refresh();
  const element = h('div', { class: 'log' }, total, table, h('p', { class: 'pager' }, more));
  return { element, refilter, refresh };
}

/**
 * The ids of those changes after which nothing else happened to the same thing: only these can be undone as they are.
 *
 * @param {HistoryEntry[]} entries newest first
 */
export function latestOf(entries) {
  const seen = new Set();
  const latest = new Set();
  for (const { id, entity, entity_id } of entries) {
    const thing = `${entity}/${entity_id}`;
    if (!seen.has(thing)) latest.add(id);
    seen.add(thing);
  }
  return latest;
}

/**
 * The members that changed, in words.
 *
 * @param {HistoryEntry} entry
 */
function changesOf({ entity, action, before, after }) {
  if (action === 'imported') return null;
  const labels = texts.members[entity];
  const members = Object.entries(labels).filter(([member]) => member in before || member in after);
  if (members.length === 0) return null;
  const isChange = Object.keys(before).length > 0 && Object.keys(after).length > 0;
  const value = (/** @type {string} */ member, /** @type {unknown} */ given) => h('bdi', {}, wordsOf(member, given));
  const change = (/** @type {string} */ member) =>
    isChange
      ? [
          h('s', {}, value(member, before[member])),
          h('span', { 'aria-hidden': 'true' }, ' → '),
          h('span', { class: 'unseen' }, ` ${texts.becomes} `),
          value(member, after[member]),
        ]
      : value(member, { ...before, ...after }[member]);
  return h(
    'dl',
    { class: 'changes' },
    members.map(([member, label]) => h('div', {}, h('dt', {}, label), h('dd', {}, change(member)))),
  );
}

/**
 * Links that tell names: what is not known is asked for once, and written when it is there.
 *
 * @param {Context} context
 * @param {Record<string, string>} known
 */
function createNaming(context, known) {
  const { api, session, signal } = context;
  /** @type {Map<string, Promise<string> | string>} */
  const names = new Map(Object.entries(known));
  /** @type {Map<string, Promise<Map<number, string>>>} */
  const trash = new Map();
  /** @type {Map<string, boolean>} */
  const isDeleted = new Map();

  /** @param {string} path such as `actors/7` */
  function nameOf(path) {
    const name = names.get(path) ?? ask(path);
    names.set(path, name);
    return name;
  }

  /** @param {string} path */
  async function ask(path) {
    // What is in the trash cannot be read, so it is not tried.
    const told = isDeleted.get(path) ? {} : await api.get(`/${path}`, { signal }).catch(() => ({}));
    const { actor, movie } = /** @type {{ actor?: Actor, movie?: Movie }} */ (told);
    return actor?.name ?? movie?.title ?? (await deletedName(path)) ?? placeholder(path);
  }

  /** @param {string} path */
  async function deletedName(path) {
    const [kind, id] = path.split('/');
    if (kind !== 'actors' && kind !== 'movies') return undefined;
    const names = trash.get(kind) ?? namesOfDeleted(context, kind).catch(() => new Map());
    trash.set(kind, names);
    return (await names).get(Number(id));
  }

  /** @param {string} path */
  function placeholder(path) {
    const [kind, id] = path.split('/');
    return `${texts.entities[(kind ?? '').replace(/s$/, '')]} ${id}`;
  }

  return {
    /** @param {string} path @param {boolean} asDeleted the newest change comes first, and holds */
    meet: (path, asDeleted) => {
      if (!isDeleted.has(path)) isDeleted.set(path, asDeleted);
    },
    /** @param {string} path @param {string} name the newest comes first, and holds */
    learn: (path, name) => {
      if (!names.has(path)) names.set(path, name);
    },
    /** @param {string} path */
    link: (path) => {
      const name = nameOf(path);
      const text = h('bdi', {}, typeof name === 'string' ? name : placeholder(path));
      if (typeof name !== 'string') name.then((told) => fill(text, told));
      return session.may(`get:${path.split('/')[0]}`) ? h('a', { href: address(path) }, text) : text;
    },
  };
}
