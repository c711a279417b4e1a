// @ts-check
// Days, instants and the like, as people read them. Days have no time zone; instants are shown in that of the reader.

import { strings } from './strings.js';

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const INSTANT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** @param {string | null | undefined} day such as `2027-05-07` */
export const day = (day) => (day ? DAY.format(new Date(`${day}T00:00:00Z`)) : strings.none);

/** @param {string | null | undefined} instant such as `2026-03-14T09:26:53Z` */
export const instant = (instant) => (instant ? INSTANT.format(new Date(instant)) : strings.none);

/** @param {string} gender */
export const gender = (gender) => strings.genders[gender] ?? gender;

/** @param {number} bytes */
export const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/**
 * A value of the history as people say it.
 *
 * @param {string} member
 * @param {unknown} value
 */
export function wordsOf(member, value) {
  if (value === null || value === undefined) return strings.history.nothing;
  const text = String(value);
  if (member === 'status') return strings.statuses[/** @type {CastingStatus} */ (text)] ?? text;
  if (member === 'gender') return gender(text);
  return /_(date|start|end)$/.test(member) ? day(text) : text;
}

/**
 * Who that is, by the name that tokens have for them.
 *
 * @param {string} subject
 * @param {import('./session.js').Session} session
 */
export function whoIs(subject, session) {
  const role = /^local\|(\w+)$/.exec(subject)?.[1];
  const name = (role && strings.roles[role]) || (subject === 'operator' ? strings.history.operator : subject);
  return subject === session.caller()?.subject ? `${name} (${strings.history.you})` : name;
}
