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
