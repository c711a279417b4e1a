// @ts-check
// The cast of one movie, as far as it is known here, and what changes it. Nothing here is shown.

import { Refusal, Unreachable } from '../api.js';
import { strings } from '../strings.js';
import { needsReason, wayBetween } from './status.js';

/** @typedef {{ character?: string | null, status?: CastingStatus, reason?: string | null, billing?: number | null }} Changes */
/** @typedef {{ before: CastMember, after: CastMember, warnings: Warning[] }} Done */
/** @typedef {{ member: CastMember, error: unknown }} Failed */
/** @typedef {ReturnType<typeof createCast>} Cast */

/**
 * @param {Pick<import('../shell.js').Context, 'api' | 'config' | 'signal'>} context
 * @param {number} movie
 * @param {CastMember[]} members
 */
export function createCast({ api, config: { statuses }, signal: left }, movie, members) {
  const path = `/movies/${movie}/cast`;
  /** Each request sees what the one before it did, and no answer is older than what is known. */
  const inTurn = oneByOne();
  let all = members;

  /** @param {CastMember[]} cast */
  const take = (cast) => {
    all = [...cast].sort(byBilling);
  };
  const without = (/** @type {number} */ id) => all.filter((each) => each.id !== id);
  const find = (/** @type {number} */ id) => all.find((each) => each.id === id);

  /**
   * The version to change: a new order of the credits gives a casting another one, though it is what the person saw.
   *
   * @param {CastMember} seen
   * @param {Changes} [changes]
   */
  function versionOf(seen, changes = {}) {
    const now = find(seen.id);
    const isSame = now?.status === seen.status && now.character === seen.character && now.reason === seen.reason;
    const isMoved = 'billing' in changes && now?.billing !== seen.billing;
    return now && isSame && !isMoved ? now.version : seen.version;
  }

  /**
   * @param {CastMember} member
   * @param {Changes} changes
   * @returns {Promise<Done>}
   */
  function change(member, changes) {
    return inTurn(async () => {
      const answer = /** @type {{ casting: Casting, warnings: Warning[] }} */ (
        await api.patch(`${path}/${member.id}`, { body: changes, version: versionOf(member, changes) })
      );
      const before = { ...member, billing: find(member.id)?.billing ?? null };
      const after = { ...member, ...answer.casting };
      take([...without(member.id), after]);
      return { before, after, warnings: answer.warnings };
    });
  }

  /**
   * Moves each by a request of its own, one after the other: the server lets one at a time change a cast. Where none can
   * succeed any more, or the screen is left, the rest is not tried.
   *
   * @param {CastMember[]} moved
   * @param {Changes} changes
   * @param {(done: number) => void} progress
   */
  async function changeAll(moved, changes, progress) {
    /** @type {Done[]} */
    const done = [];
    /** @type {Failed[]} */
    const failed = [];
    /** @type {unknown} */
    let end = null;
    for (const [index, member] of moved.entries()) {
      if (left.aborted) end ??= left.reason;
      if (end) {
        failed.push({ member, error: end });
        continue;
      }
      try {
        done.push(await change(member, changes));
      } catch (error) {
        failed.push({ member, error });
        if (error instanceof Unreachable || (error instanceof Refusal && error.status === 401)) end = error;
      }
      progress(index + 1);
    }
    return { done, failed };
  }

  /**
   * Takes a change back, over as many moves as the rules ask for.
   *
   * @param {Done} done
   */
  async function takeBack({ before, after }) {
    const { status, reason, character, billing } = before;
    const way = wayBetween(statuses, after.status, status) ?? [];
    let member = after;
    for (const [index, to] of way.entries()) {
      const isLast = index === way.length - 1;
      const why = (isLast && reason) || (needsReason(statuses, member.status) ? strings.board.undoReason : undefined);
      member = (await change(member, { status: to, ...(why && { reason: why }) })).after;
    }
    const rest = {
      ...(member.character !== character && { character }),
      ...(member.reason !== reason && { reason }),
      // A new order of the credits since then is nothing that was done here.
      ...(after.billing !== billing && { billing }),
    };
    if (Object.keys(rest).length > 0) await change(member, rest);
  }

  /**
   * @param {Pick<CastMember, 'actor'> & Changes} wanted
   * @param {(path: string, content: { body: unknown }) => Promise<unknown>} [send] how it is sent
   */
  function add({ actor, ...rest }, send = api.post) {
    return inTurn(async () => {
      const answer = /** @type {{ casting: Casting, warnings: Warning[] }} */ (
        await send(path, { body: { actor_id: actor.id, ...rest } })
      );
      const member = { ...answer.casting, actor };
      take([...without(member.id), member]);
      return { member, warnings: answer.warnings };
    });
  }

  /**
   * Takes a casting off the list; a booking has to end first.
   *
   * @param {CastMember} member
   */
  async function remove(member) {
    const isBooked = needsReason(statuses, member.status);
    const { after } = isBooked
      ? await change(member, { status: 'released', reason: strings.board.undoReason })
      : { after: member };
    await inTurn(async () => {
      await api.delete(`${path}/${after.id}`, { version: versionOf(after) });
      all = without(after.id);
    });
  }

  /**
   * @param {number[]} order
   * @param {boolean} [isLast] whether the page goes: then nothing is waited for
   * @returns {Promise<void>}
   */
  function bill(order, isLast = false) {
    const send = async () => {
      const options = { body: { order }, keepalive: isLast };
      take(/** @type {{ cast: CastMember[] }} */ (await api.put(`/movies/${movie}/billing`, options)).cast);
    };
    return isLast ? send() : inTurn(send);
  }

  /**
   * Looks at what the server has.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<boolean>} whether that differs from what was known
   */
  function refresh(signal) {
    return inTurn(async () => {
      const { cast } = /** @type {{ cast: CastMember[] }} */ (await api.get(path, { signal }));
      const known = JSON.stringify(all);
      take(cast);
      return JSON.stringify(all) !== known;
    });
  }

  /**
   * A casting as it is once all that is under way is done; as it was seen, when it is not there any more.
   *
   * @param {CastMember} seen
   */
  const settled = (seen) => inTurn(async () => find(seen.id) ?? seen);

  take(members);
  return { path, members: () => all, find, settled, change, changeAll, takeBack, add, remove, bill, refresh };
}

/** Does one thing after the other, whatever becomes of those before. */
export function oneByOne() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @template T @param {() => Promise<T>} act @returns {Promise<T>} */
  return function inTurn(act) {
    const done = last.then(act);
    last = done.catch(() => {});
    return done;
  };
}

/** Greater than any place in the credits. */
const UNBILLED = 1e6;

/** Those without a place come last. @param {CastMember} a @param {CastMember} b */
const byBilling = (a, b) => (a.billing ?? UNBILLED) - (b.billing ?? UNBILLED) || a.id - b.id;

/**
 * The whole order of the credits when the booked ones come in a new one: whoever else has a place, and is not out, keeps it.
 *
 * @param {CastMember[]} members in their present order
 * @param {(status: CastingStatus) => boolean} isOut
 * @param {number[]} booked the ids of those who are booked, in their new order
 * @returns {number[]} ids
 */
export function newOrder(members, isOut, booked) {
  const listed = members.filter(
    ({ id, billing, status }) => booked.includes(id) || (billing !== null && !isOut(status)),
  );
  const left = [...booked];
  return listed.map(({ id }) => (booked.includes(id) ? (left.shift() ?? id) : id));
}
