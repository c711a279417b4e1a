// @ts-check
// The movies: found by title and release, each with how far its cast has come.

import { repeatable } from '../api.js';
import { fill, h } from '../dom.js';
import { day, instant } from '../format.js';
import { openDialog } from '../parts/dialog.js';
import { field, form, input } from '../parts/form.js';
import { listOf } from '../parts/list.js';
import { movieFields, shoot } from '../parts/movie-form.js';
import { undo } from '../parts/notice.js';
import { badge, countByStatus } from '../parts/status.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

const texts = strings.movies;
/** How many casts are asked for at once. */
const AT_ONCE = 4;

/** @type {import('../shell.js').MakeScreen} */
export default async function movies(context) {
  const { session } = context;
  const mayAdd = session.may('post:movies');
  const counts = castCounts(context);
  /** @type {import('../parts/list.js').List<Movie>} */
  const parts = {
    path: '/movies',
    caption: texts.title,
    count: texts.count,
    noMatch: texts.noMatch,
    empty: h('p', {}, mayAdd ? texts.empty : `${texts.empty} ${texts.emptyOther}`),
    sort: '-release_date',
    filters: [
      field('q', strings.list.search, input({ type: 'search' })),
      field('released_after', texts.releasedFrom, input({ type: 'date' })),
      field('released_before', texts.releasedUntil, input({ type: 'date' })),
    ],
    columns: [
      {
        label: texts.columns.title,
        sort: 'title',
        cell: ({ id, title }) => h('a', { href: address(`movies/${id}`) }, h('bdi', {}, title)),
      },
      {
        label: texts.columns.release_date,
        sort: 'release_date',
        cell: ({ release_date }) => h('span', { class: 'nowrap' }, day(release_date)),
      },
      { label: texts.columns.shoot, cell: shoot },
      { label: texts.columns.cast, cell: counts.cell },
      {
        label: texts.columns.created_at,
        sort: 'created_at',
        cell: ({ created_at }) => h('span', { class: 'nowrap' }, instant(created_at)),
      },
    ],
    shown: counts.load,
  };
  const list = await listOf(context, parts);
  const about = { ...strings.imports.movies, path: '/movies', count: texts.count, done: list.refresh };
  const bring = () =>
    context.later(
      () => import('../parts/import.js'),
      ({ openImport }) => openImport(context, about),
    );
  const heading = h(
    'div',
    { class: 'heading' },
    h('h1', {}, texts.title),
    mayAdd &&
      h(
        'p',
        { class: 'actions' },
        h('button', { type: 'button', onclick: bring }, texts.import),
        h('button', { type: 'button', class: 'primary', onclick: () => add(context) }, texts.add),
      ),
  );
  return { title: texts.title, content: h('section', {}, heading, list.element) };
}

/**
 * Counts the castings of each movie of the page, after it is shown: the API has them with each movie only.
 *
 * @param {import('../shell.js').Context} context
 */
function castCounts({ api, config, signal }) {
  /** @type {Map<number, HTMLElement>} */
  const places = new Map();
  let asked = new AbortController();

  /** @param {Movie} movie */
  function cell({ id }) {
    const place = h('span', { class: 'badges', 'aria-busy': 'true' }, strings.none);
    places.set(id, place);
    return place;
  }

  /** @param {Movie[]} items */
  function load(items) {
    asked.abort();
    asked = new AbortController();
    const waiting = AbortSignal.any([asked.signal, signal]);
    const left = [...items];
    const work = async () => {
      for (let movie = left.shift(); movie && !waiting.aborted; movie = left.shift()) await count(movie, waiting);
    };
    for (let worker = 0; worker < AT_ONCE; worker += 1) work();
  }

  /** @param {Movie} movie @param {AbortSignal} waiting */
  async function count({ id }, waiting) {
    const place = places.get(id);
    if (!place) return;
    try {
      const { cast } = /** @type {{ cast: CastMember[] }} */ (await api.get(`/movies/${id}/cast`, { signal: waiting }));
      const some = countByStatus(config.statuses, cast).filter(([, number]) => number > 0);
      fill(place, some.length > 0 ? some.flatMap(([status, number]) => [badge(status, number), ' ']) : texts.nobody);
    } catch {
      // The list is as good without them, and says so itself when the server is away.
      if (!waiting.aborted) fill(place, strings.none);
    } finally {
      place.removeAttribute('aria-busy');
    }
  }

  return { cell, load };
}

/** @param {import('../shell.js').Context} context */
async function add(context) {
  const { api, session, toast, go } = context;
  const { fields, read } = movieFields();
  const send = repeatable(api);
  /** @type {Movie | null} */
  const movie = await openDialog(texts.add, (close) =>
    form({
      fields,
      label: texts.add,
      cancel: () => close(null),
      submit: async () => {
        const answer = /** @type {{ movie: Movie }} */ (await send('/movies', { body: read() }));
        close(answer.movie);
      },
    }),
  );
  if (!movie) return;
  const { id, title, version } = movie;
  go(address(`movies/${id}`));
  const takeBack = undo(context, async () => {
    await api.delete(`/movies/${id}`, { version });
    toast(strings.movie.deleted(title));
    go(address('movies'));
  });
  toast(texts.added(title), session.may('delete:movies') ? takeBack : undefined);
}
