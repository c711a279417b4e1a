// @ts-check
// One movie: its facts, and the cast board.

import { isGone, isStale } from '../api.js';
import { fill, h } from '../dom.js';
import { day } from '../format.js';
import { absent } from '../parts/absent.js';
import { openAssign } from '../parts/assign.js';
import { createBoard } from '../parts/board.js';
import { createCast } from '../parts/cast.js';
import { resolveConflict } from '../parts/conflict.js';
import { confirm, openDialog } from '../parts/dialog.js';
import { form } from '../parts/form.js';
import { historyOf } from '../parts/history.js';
import { download } from '../parts/list.js';
import { changesOf, movieFields, shoot } from '../parts/movie-form.js';
import { createNotices, messageOf, undo } from '../parts/notice.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

const texts = strings.movie;

/** @type {import('../shell.js').MakeScreen} */
export default async function movieScreen(context) {
  const { api, route, signal } = context;
  const id = route.params.id ?? '';
  try {
    const [{ movie }, { cast }] = await Promise.all([
      /** @type {Promise<{ movie: Movie }>} */ (api.get(`/movies/${id}`, { signal })),
      /** @type {Promise<{ cast: CastMember[] }>} */ (api.get(`/movies/${id}/cast`, { signal })),
    ]);
    return present(context, movie, cast);
  } catch (error) {
    if (isGone(error)) return absent(context, 'movies', id);
    throw error;
  }
}

/**
 * @param {import('../shell.js').Context} context
 * @param {Movie} first
 * @param {CastMember[]} members
 */
function present(context, first, members) {
  const { api, route, session, signal, announce, toast, go } = context;
  const { id } = first;
  const path = `/movies/${id}`;
  const read = async () => /** @type {{ movie: Movie }} */ (await api.get(path, { signal })).movie;
  let movie = first;
  /** One's own change of the movie that is on its way. @type {Promise<unknown>} */
  let saving = Promise.resolve();
  const cast = createCast(context, id, members);
  const notices = createNotices(context);
  const board = createBoard(context, cast, notices);
  const heading = h('h1', {});
  const facts = h('dl', { class: 'facts' });
  const progress = h('p', { role: 'status' });

  /** @param {Movie} now */
  function show(now) {
    movie = now;
    notices.review();
    fill(heading, h('bdi', {}, movie.title));
    const fact = (/** @type {string} */ label, /** @type {string} */ value) =>
      h('div', {}, h('dt', {}, label), h('dd', {}, value));
    fill(
      facts,
      fact(texts.release, day(movie.release_date)),
      fact(texts.shoot, movie.shoot_start ? shoot(movie) : texts.noShoot),
    );
  }

  /**
   * Looks at what the server has; two people at one board are not to drift apart.
   *
   * @param {'asked' | 'own' | ''} [why] somebody asked for it, or did it elsewhere on this screen
   */
  async function refresh(why = '') {
    if (signal.aborted) return;
    try {
      const [now, isOther] = await Promise.all([read(), cast.refresh(signal)]);
      // What one saves meanwhile is not the work of somebody else, and an answer from before it is old.
      await saving.catch(() => {});
      const isNewer = now.version > movie.version;
      if (isNewer) show(now);
      if (isOther) board.render();
      if ((isNewer || isOther) && why !== 'own') toast(texts.refreshedByOthers);
      else if (why === 'asked') announce(texts.refreshed);
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) context.reload();
      else if (why === 'asked') toast(messageOf(error));
    }
  }

  /** @param {Partial<import('../parts/movie-form.js').Facts>} body @param {number} version */
  async function patch(body, version) {
    const answering = /** @type {Promise<{ movie: Movie, warnings?: Warning[] }>} */ (
      api.patch(path, { body, version })
    );
    saving = answering;
    const answer = await answering;
    show(answer.movie);
    return answer;
  }

  async function edit() {
    const base = movie;
    const { fields, read: typed } = movieFields(base);
    await openDialog(texts.editTitle, (close) =>
      form({
        fields,
        label: strings.save,
        cancel: () => close(null),
        submit: async () => {
          const changes = changesOf(base, typed());
          if (Object.keys(changes).length === 0) toast(texts.unchanged);
          else if (!(await save(base, changes))) return;
          close(null);
        },
      }),
    );
  }

  /**
   * @param {Movie} base
   * @param {Partial<import('../parts/movie-form.js').Facts>} mine
   * @returns {Promise<boolean>} whether it is decided which version holds
   */
  async function save(base, mine) {
    try {
      tell(await patch(mine, base.version), base);
      return true;
    } catch (error) {
      if (!isStale(error)) throw error;
      const shown = (/** @type {string} */ member, /** @type {unknown} */ value) =>
        member === 'title' ? String(value) : day(/** @type {string | null} */ (value));
      const chosen = await resolveConflict({
        context,
        path,
        name: 'movie',
        mine,
        base,
        labels: texts.fields,
        show: shown,
      });
      if (chosen && chosen !== 'theirs') {
        show(chosen.answer.movie);
        tell(chosen.answer, chosen.before);
        return true;
      }
      show(await read());
      if (chosen) toast(texts.theirs);
      return chosen !== null;
    }
  }

  /** @param {{ movie: Movie, warnings?: Warning[] }} answer @param {Movie} before */
  function tell({ movie: after, warnings = [] }, before) {
    const back = undo(context, async () => {
      await patch(changesOf(after, before), after.version);
      toast(texts.undone);
    });
    const isTrue = () => movie.shoot_start === after.shoot_start && movie.shoot_end === after.shoot_end;
    if (warnings.length > 0 && !signal.aborted) notices.warn(texts.saved, warnings, { action: back, isTrue });
    else toast(texts.saved, back);
  }

  async function remove() {
    const { title, version } = movie;
    const booked = cast.members().filter(({ status }) => status === 'booked');
    const detail = texts.deleteDetail(
      title,
      booked.map(({ actor }) => actor.name),
    );
    if (!(await confirm(texts.deleteTitle, detail, texts.delete))) return;
    try {
      await api.delete(path, { version });
    } catch (error) {
      if (!isStale(error) && !isGone(error)) {
        toast(messageOf(error));
        return;
      }
      await refresh();
      toast(isStale(error) ? texts.stale : texts.gone);
      return;
    }
    go(address('movies'));
    const back = undo(context, async () => {
      await api.postOnce(`${path}/restore`);
      go(address(`movies/${id}`));
      toast(texts.restored(title));
    });
    toast(texts.deleted(title), back);
  }

  show(movie);
  addEventListener('focus', () => refresh(), { signal });
  // A link may lead to one casting; the shell focuses the heading first.
  const { casting } = route.query;
  if (casting) setTimeout(() => board.render([`row-${Number(casting)}`]));
  const button = (/** @type {string} */ label, /** @type {() => unknown} */ onclick, /** @type {string} */ kind = '') =>
    h('button', { type: 'button', class: kind, onclick }, label);
  const mayChange = session.may('patch:movies');
  const content = h(
    'article',
    { class: 'movie' },
    h(
      'div',
      { class: 'heading' },
      h('div', {}, heading, facts),
      h(
        'p',
        { class: 'actions' },
        mayChange && button(strings.assign.title, () => openAssign(context, movie, cast, board.added), 'primary'),
        mayChange && button(texts.edit, edit),
        button(texts.print, () => print()),
        button(texts.export, () => download(context, `${path}/cast?format=csv`, texts.file(movie.title), progress)),
        button(texts.refresh, () => refresh('asked')),
        session.may('delete:movies') && button(texts.delete, remove, 'danger'),
      ),
    ),
    progress,
    notices.element,
    board.element,
    historySection(
      context,
      path,
      () => cast.members(),
      () => refresh('own'),
    ),
  );
  return { title: movie.title, content };
}

/**
 * What happened to the movie and its cast: asked for each time that it is opened.
 *
 * @param {import('../shell.js').Context} context
 * @param {string} path
 * @param {() => CastMember[]} members
 * @param {() => void} undone
 */
function historySection(context, path, members, undone) {
  const place = h('div', {});
  const load = async () => {
    if (!element.open) return;
    fill(place, h('p', { 'aria-busy': 'true' }, strings.loading));
    try {
      const names = Object.fromEntries(members().map(({ actor }) => [`actors/${actor.id}`, actor.name]));
      const again = () => {
        undone();
        load();
        // The button is gone.
        summary.focus();
      };
      const made = await historyOf(context, { path: `${path}/history`, castings: members(), names, undone: again });
      fill(place, made.element);
    } catch (error) {
      const retry = h('button', { type: 'button', onclick: load }, strings.retry);
      if (!context.signal.aborted) fill(place, h('p', { class: 'error', role: 'alert' }, messageOf(error)), retry);
    }
  };
  const summary = h('summary', {}, h('h2', {}, texts.history));
  const element = h('details', { class: 'past', ontoggle: load }, summary, place);
  return element;
}
