// @ts-check
// What people do to the castings of a board: move one or several, edit, remove; each with its way back.

import { isGone, isStale } from '../api.js';
import { parse } from '../router.js';
import { strings } from '../strings.js';
import { askReason, editCasting } from './casting-form.js';
import { resolveConflict } from './conflict.js';
import { messageOf, undo } from './notice.js';
import { isClosed, needsReason } from './status.js';

const texts = strings.board;
/** From how many on it is told how far a move has come. */
const MANY = 10;

/**
 * @param {import('../shell.js').Context} context
 * @param {import('./cast.js').Cast} cast
 * @param {ReturnType<import('./notice.js').createNotices>} notices
 * @param {(focus?: string[]) => void} changed shows the cast anew, and focuses the first of these that is there
 * @param {() => Promise<void>} settle saves the order of the credits, if that is not saved yet
 */
export function createMoves(context, cast, notices, changed, settle) {
  const {
    config: { statuses },
    toast,
    api,
    route,
    signal,
  } = context;

  /** Those that are being moved or removed: what a second press means is not known before the first is answered. */
  const busy = new Set();

  /** Nothing that is under way is to look like the work of somebody else. @param {CastMember} member */
  async function fresh(member) {
    await settle();
    return cast.settled(member);
  }

  /** What the server has now; where it cannot be reached, that was said already. */
  const look = () => cast.refresh().catch(() => false);

  /** Whether a casting still is what a change made of it. @param {CastMember} after */
  function holds(after) {
    const now = cast.find(after.id);
    return now?.status === after.status && now.character === after.character;
  }

  /**
   * @param {string} text
   * @param {{ after: CastMember, warnings: Warning[] }[]} done
   * @param {() => Promise<void>} back
   */
  function tell(text, done, back) {
    const warned = done.filter(({ warnings }) => warnings.length > 0);
    const action = undo(context, async () => {
      try {
        await settle();
        await back();
      } finally {
        await look();
        // Whoever went elsewhere meanwhile may be at a newer board of this movie, and has not typed anything there.
        const isHere = parse(location.hash).path === route.path && !document.querySelector('dialog');
        if (!signal.aborted) changed();
        else if (isHere) context.reload();
      }
      toast(strings.movie.undone);
    });
    // The way back stands where the warnings are.
    if (warned.length === 0 || signal.aborted) toast(text, action);
    else {
      const warnings = warned.flatMap((each) => each.warnings);
      notices.warn(text, warnings, { action, isTrue: () => warned.some(({ after }) => holds(after)) });
    }
  }

  /**
   * @param {CastMember[]} members
   * @param {CastingStatus} to
   * @param {string[]} focus where the work goes on
   * @returns {Promise<number[] | null>} the ids of those that did not move; `null` when it was left
   */
  async function move(members, to, focus) {
    const free = members.filter(({ id }) => !busy.has(id));
    for (const { id } of free) busy.add(id);
    try {
      return await moveFree(await Promise.all(free.map(fresh)), to, focus);
    } finally {
      for (const { id } of free) busy.delete(id);
    }
  }

  /** @param {CastMember[]} members @param {CastingStatus} to @param {string[]} focus */
  async function moveFree(members, to, focus) {
    const [first] = members;
    if (!first || signal.aborted) return null;
    const status = strings.statuses[to];
    const isNeeded = members.some((member) => needsReason(statuses, member.status));
    const who = members.length === 1 ? first.actor.name : texts.selected(members.length);
    const reason = isNeeded || isClosed(statuses, to) ? await askReason(texts.reasonTitle(who, status), isNeeded) : '';
    if (reason === null) return null;
    const changes = { status: to, ...(reason && { reason }) };
    const progress = (/** @type {number} */ number) => {
      if (members.length >= MANY && number % MANY === 0) toast(texts.moving(number, members.length));
    };
    const { done, failed } = await cast.changeAll(members, changes, progress);
    if (failed.length > 0) await look();
    changed(focus);
    if (done.length > 0) {
      const [one] = done;
      const text =
        done.length === 1 && one ? texts.moved(one.after.actor.name, status) : texts.movedMany(done.length, status);
      const back = async () => {
        for (const each of done.toReversed()) await cast.takeBack(each);
      };
      tell(text, done, back);
    }
    if (failed.length === 1 && members.length === 1) await explain(first, changes, failed[0]?.error, focus);
    else if (failed.length > 0) listFailures(failed);
    return failed.map(({ member }) => member.id);
  }

  /** @param {import('./cast.js').Failed[]} failed */
  function listFailures(failed) {
    const why = (/** @type {unknown} */ error) =>
      isStale(error) || isGone(error) ? texts.changedMeanwhile : messageOf(error);
    notices.show(
      texts.notMoved(failed.length),
      failed.map(({ member, error }) => texts.failure(member.actor.name, why(error))),
    );
  }

  /**
   * What a save of one casting met: another version, nothing any more, or a rule.
   *
   * @param {CastMember} base
   * @param {import('./cast.js').Changes} mine
   * @param {unknown} error
   * @param {string[]} focus
   */
  async function explain(base, mine, error, focus) {
    const { name } = base.actor;
    if (isGone(error)) toast(texts.gone(name));
    else if (!isStale(error)) toast(messageOf(error));
    else {
      const show = (/** @type {string} */ member, /** @type {unknown} */ value) =>
        member === 'status'
          ? (strings.statuses[/** @type {CastingStatus} */ (value)] ?? '')
          : String(value ?? strings.none);
      const { labels } = texts;
      const path = `${cast.path}/${base.id}`;
      const conflict = { context, path, name: 'casting', mine, base, labels, show };
      const chosen = await resolveConflict(conflict).catch((problem) => void toast(messageOf(problem)));
      await look();
      changed(focus);
      if (chosen === 'theirs') toast(texts.theirs(name));
      else if (chosen) {
        const { before, answer } = chosen;
        const done = {
          before: { ...base, ...before },
          after: { ...base, ...answer.casting },
          warnings: answer.warnings,
        };
        tell(texts.edited(name), [done], () => cast.takeBack(done));
      }
      return;
    }
    await look();
    changed(focus);
  }

  /** @param {CastMember} seen @param {string[]} focus */
  async function edit(seen, focus) {
    if (busy.has(seen.id)) return;
    busy.add(seen.id);
    try {
      const member = await fresh(seen);
      if (signal.aborted) return;
      await editCasting(member, (changes, close) => saveEdited(member, changes, close, focus));
      changed(focus);
    } finally {
      busy.delete(seen.id);
    }
  }

  /** @param {CastMember} member @param {import('./cast.js').Changes} changes @param {() => void} close @param {string[]} focus */
  async function saveEdited(member, changes, close, focus) {
    try {
      const done = await cast.change(member, changes);
      close();
      tell(texts.edited(member.actor.name), [done], () => cast.takeBack(done));
    } catch (error) {
      // These are no matter of the form.
      if (!isStale(error) && !isGone(error)) throw error;
      close();
      await explain(member, changes, error, focus);
    }
  }

  /** @param {CastMember} seen @param {string[]} focus */
  async function remove(seen, focus) {
    if (busy.has(seen.id)) return;
    busy.add(seen.id);
    const member = await fresh(seen);
    try {
      await cast.remove(member);
    } catch (error) {
      if (isStale(error)) toast(texts.failure(member.actor.name, texts.changedMeanwhile));
      else toast(isGone(error) ? texts.gone(member.actor.name) : messageOf(error));
      await look();
      changed(focus);
      return;
    } finally {
      busy.delete(seen.id);
    }
    changed(focus);
    const { actor, character, status, reason, billing } = member;
    tell(texts.removed(actor.name), [], async () => {
      await cast.add({ actor, character, status, reason, billing }, api.postOnce);
    });
  }

  /** @param {{ member: CastMember, warnings: Warning[] }} added */
  function added({ member, warnings }) {
    changed([`row-${member.id}`]);
    const text = strings.assign.done(member.actor.name, strings.statuses[member.status]);
    tell(text, [{ after: member, warnings }], () => cast.remove(cast.find(member.id) ?? member));
  }

  return { move, edit, remove, added };
}
