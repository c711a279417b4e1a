// @ts-check
// The facts of a movie, as they are written down and changed.

import { day } from '../format.js';
import { strings } from '../strings.js';
import { field, input } from './form.js';

/** @typedef {{ title: string, release_date: string, shoot_start: string | null, shoot_end: string | null }} Facts */

const texts = strings.movie;
const MEMBERS = /** @type {const} */ (['title', 'release_date', 'shoot_start', 'shoot_end']);

/** @param {Facts} [facts] those that are there already */
export function movieFields(facts) {
  const fields = MEMBERS.map((name) => {
    const control = input({ type: name === 'title' ? 'text' : 'date', required: !name.startsWith('shoot') });
    control.value = facts?.[name] ?? '';
    return field(name, texts.fields[name], control, name === 'shoot_end' ? { hint: texts.shootHint } : {});
  });
  /** @returns {Facts} */
  const read = () => {
    const [title = '', release_date = '', shoot_start, shoot_end] = fields.map(({ control }) => control.value.trim());
    return { title, release_date, shoot_start: shoot_start || null, shoot_end: shoot_end || null };
  };
  return { fields, read };
}

/**
 * What is not as it was. The days of a shoot go together.
 *
 * @param {Facts} before
 * @param {Facts} after
 * @returns {Partial<Facts>}
 */
export function changesOf(before, after) {
  const isShootSame = before.shoot_start === after.shoot_start && before.shoot_end === after.shoot_end;
  return {
    ...(before.title !== after.title && { title: after.title }),
    ...(before.release_date !== after.release_date && { release_date: after.release_date }),
    ...(!isShootSame && { shoot_start: after.shoot_start, shoot_end: after.shoot_end }),
  };
}

/** @param {Pick<Facts, 'shoot_start' | 'shoot_end'>} movie */
export const shoot = ({ shoot_start, shoot_end }) =>
  shoot_start && shoot_end ? texts.days(day(shoot_start), day(shoot_end)) : strings.none;
