// @ts-check
// Statuses of castings, and the ways between them.

import { h } from '../dom.js';
import { strings } from '../strings.js';

/** @typedef {Config['statuses']} Statuses */

/**
 * A status in words, with how many there are of it.
 *
 * @param {CastingStatus} status
 * @param {number} [number]
 */
export const badge = (status, number) =>
  h(
    'span',
    { class: 'badge', 'data-status': status },
    strings.statuses[status],
    number !== undefined && h('b', {}, ` ${number}`),
  );

/**
 * How many castings there are of each status, in the order of the statuses.
 *
 * @param {Statuses} statuses
 * @param {{ status: CastingStatus }[]} castings
 * @returns {[CastingStatus, number][]}
 */
export const countByStatus = (statuses, castings) =>
  statuses.map(({ name }) => [name, castings.filter(({ status }) => status === name).length]);

/**
 * Where all of these castings may go.
 *
 * @param {Statuses} statuses
 * @param {{ status: CastingStatus }[]} castings
 * @returns {CastingStatus[]}
 */
export function commonMoves(statuses, castings) {
  const moves = new Map(statuses.map((status) => [status.name, status.moves]));
  return statuses
    .map(({ name }) => name)
    .filter((to) => castings.every(({ status }) => moves.get(status)?.includes(to)));
}

/** @param {Statuses} statuses @param {CastingStatus} from */
export const needsReason = (statuses, from) => statuses.find(({ name }) => name === from)?.needs_reason ?? false;

/**
 * Whether a casting of that status is over: it can only be opened again.
 *
 * @param {Statuses} statuses
 * @param {CastingStatus} status
 */
export const isClosed = (statuses, status) => (statuses.find(({ name }) => name === status)?.moves.length ?? 0) === 1;

/**
 * The shortest way by the rules, without where it begins: what takes a move back.
 *
 * @param {Statuses} statuses
 * @param {CastingStatus} from
 * @param {CastingStatus} to
 * @returns {CastingStatus[] | null}
 */
export function wayBetween(statuses, from, to) {
  /** @type {CastingStatus[][]} */
  const ways = [[from]];
  const seen = new Set([from]);
  for (const way of ways) {
    const last = way.at(-1);
    if (last === to) return way.slice(1);
    const moves = statuses.find(({ name }) => name === last)?.moves ?? [];
    // A step in between is the office's: nobody declined.
    const ours = moves.toSorted((a, b) => Number(a === 'declined') - Number(b === 'declined'));
    for (const next of ours.filter((move) => !seen.has(move))) {
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
