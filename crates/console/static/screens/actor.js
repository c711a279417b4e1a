// @ts-check
// One actor: the facts, what they are considered for, the filmography and the history.

import { isGone, isStale, Refusal } from '../api.js';
import { h } from '../dom.js';
import { day, gender, instant } from '../format.js';
import { absent } from '../parts/absent.js';
import { editActor } from '../parts/actor-form.js';
import { confirm, openDialog } from '../parts/dialog.js';
import { historyOf } from '../parts/history.js';
import { listAddress } from '../parts/list.js';
import { shoot } from '../parts/movie-form.js';
import { attempt } from '../parts/notice.js';
import { restore } from '../parts/restore.js';
import { badge, isClosed } from '../parts/status.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

const texts = strings.actor;

/** @typedef {import('../shell.js').Context} Context */

/** @type {import('../shell.js').MakeScreen} */
export default async function actorScreen(context) {
  const { api, route, signal } = context;
  const id = route.params.id ?? '';
  try {
    const [{ actor }, { filmography }] = await Promise.all([
      /** @type {Promise<{ actor: Actor }>} */ (api.get(`/actors/${id}`, { signal })),
      /** @type {Promise<{ filmography: Credit[] }>} */ (api.get(`/actors/${id}/filmography`, { signal })),
    ]);
    return await present(context, actor, filmography);
  } catch (error) {
    if (isGone(error)) return absent(context, 'actors', id);
    throw error;
  }
}

/** @param {Context} context @param {Actor} actor @param {Credit[]} credits */
async function present(context, actor, credits) {
  const { session, config } = context;
  const isDecided = (/** @type {Credit} */ { status }) => status === 'booked' || isClosed(config.statuses, status);
  const open = credits.filter((credit) => !isDecided(credit));
  const decided = credits.filter(isDecided).sort(byWeight);
  const history = await historyOf(context, {
    path: `/actors/${actor.id}/history`,
    castings: credits,
    names: namesOf(actor, credits),
    undone: context.reload,
  });
  const heading = h(
    'div',
    { class: 'heading' },
    h('h1', {}, h('bdi', {}, actor.name)),
    h(
      'p',
      { class: 'actions' },
      session.may('delete:actors') &&
        h('button', { type: 'button', class: 'danger', onclick: () => remove(context, actor) }, strings.delete),
      session.may('patch:actors') &&
        h('button', { type: 'button', class: 'primary', onclick: () => edit(context, actor) }, strings.edit),
    ),
  );
  const content = h(
    'article',
    { class: 'sections' },
    h('div', {}, heading, facts(actor)),
    section(texts.current, open.length > 0 ? creditTable(context, texts.current, open) : nothing(texts.noCurrent)),
    section(
      texts.filmography,
      decided.length > 0 ? creditTable(context, texts.filmography, decided) : nothing(texts.noFilmography),
    ),
    section(texts.history, history.element),
  );
  return { title: actor.name, content };
}

/** @param {Context} context @param {Actor} actor */
async function edit(context, actor) {
  const outcome = await editActor(context, actor);
  if (!outcome) return;
  context.toast(outcome === 'theirs' ? strings.conflict.tookTheirs : strings.actorForm.changed);
  context.reload();
}

/** @param {Context} context @param {Actor} actor */
async function remove(context, actor) {
  const isMeant = await confirm(texts.deleteTitle(actor.name), texts.deleteDetail, strings.delete);
  if (!isMeant) return;
  await attempt(context, async () => {
    try {
      await context.api.delete(`/actors/${actor.id}`, { version: actor.version });
    } catch (error) {
      if (error instanceof Refusal && error.kind === 'actor-booked') return void bookedOn(context, actor, error);
      if (!isStale(error)) throw error;
      context.toast(texts.staleDelete);
      return context.reload();
    }
    context.toast(texts.deleted(actor.name), {
      label: strings.undo,
      run: async () => void (await restore(context, 'actors', actor.id, actor.name)),
    });
    context.go(listAddress('actors'));
  });
}

/**
 * Shows what stands in the way of a deletion.
 *
 * @param {Context} context
 * @param {Actor} actor
 * @param {Refusal} refusal
 */
function bookedOn({ session }, actor, { problem }) {
  const mayOpen = session.may('get:movies');
  return openDialog(texts.bookedTitle(actor.name), (close) => {
    const each = (/** @type {{ id: number, title: string, release_date: string }} */ { id, title, release_date }) => {
      const name = h('bdi', {}, title);
      return h('li', {}, mayOpen ? h('a', { href: address(`movies/${id}`) }, name) : name, `, ${day(release_date)}`);
    };
    return h(
      'div',
      {},
      h('p', {}, texts.bookedDetail),
      h('ul', {}, (problem.movies ?? []).map(each)),
      h(
        'p',
        { class: 'actions' },
        h('button', { type: 'button', 'data-first': true, onclick: () => close(null) }, strings.close),
      ),
    );
  });
}

/** @param {string} title @param {Node} content */
const section = (title, content) => h('section', {}, h('h2', {}, title), content);

/** @param {string} text */
const nothing = (text) => h('p', { class: 'soft' }, text);

/** @param {Actor} actor */
function facts(actor) {
  const fact = (/** @type {string} */ label, /** @type {import('../dom.js').Children} */ value) =>
    h('div', {}, h('dt', {}, label), h('dd', {}, value));
  return h(
    'dl',
    { class: 'facts' },
    fact(texts.age, actor.age),
    fact(texts.birth, day(actor.birth_date)),
    fact(
      texts.gender,
      h('a', { href: address('actors', { gender: actor.gender }) }, h('bdi', {}, gender(actor.gender))),
    ),
    fact(texts.added, instant(actor.created_at)),
    fact(texts.changed, instant(actor.updated_at)),
  );
}

/** Those who are booked come first, and then the newest. @param {Credit} one @param {Credit} other */
const byWeight = (one, other) =>
  Number(other.status === 'booked') - Number(one.status === 'booked') ||
  other.movie.release_date.localeCompare(one.movie.release_date);

/** @param {Context} context @param {string} caption @param {Credit[]} credits */
function creditTable({ session }, caption, credits) {
  const { columns } = texts;
  const mayOpen = session.may('get:movies');
  const today = new Date().toISOString().slice(0, 10);
  const column = (/** @type {string} */ label, isNumber = false) =>
    h('th', { scope: 'col', class: isNumber && 'number' }, label);
  const row = (/** @type {Credit} */ { movie, character, billing, status, reason }) => {
    const name = h('bdi', {}, movie.title);
    const when = movie.release_date > today ? texts.upcoming : texts.released;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, mayOpen ? h('a', { href: address(`movies/${movie.id}`) }, name) : name),
      h('td', { 'data-label': columns.release }, `${day(movie.release_date)} (${when})`),
      h('td', { 'data-label': columns.shoot }, shoot(movie)),
      h('td', { 'data-label': columns.character }, h('bdi', {}, character ?? strings.none)),
      h('td', { 'data-label': columns.billing, class: 'number' }, billing ?? strings.none),
      h('td', { 'data-label': columns.status }, badge(status), reason && [' ', h('bdi', {}, reason)]),
    );
  };
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      { class: 'list' },
      h('caption', { class: 'unseen' }, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          column(columns.movie),
          column(columns.release),
          column(columns.shoot),
          column(columns.character),
          column(columns.billing, true),
          column(columns.status),
        ),
      ),
      h('tbody', {}, credits.map(row)),
    ),
  );
}

/** The names that need not be asked for. @param {Actor} actor @param {Credit[]} credits */
function namesOf(actor, credits) {
  const movies = credits.map(({ movie }) => [`movies/${movie.id}`, movie.title]);
  return Object.fromEntries([[`actors/${actor.id}`, actor.name], ...movies]);
}
