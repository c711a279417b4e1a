// @ts-check
// Which screen is shown: `#/actors/7?tab=history` is the place, the path, and the query of it.

/**
 * @typedef {object} Route
 * @property {string} path such as `actors/7`
 * @property {Record<string, string>} params such as `{ id: '7' }`
 * @property {Record<string, string>} query
 */

/**
 * @template T
 * @typedef {object} Place
 * @property {string} pattern such as `actors/:id`
 * @property {T} what
 */

/** @param {string} hash @returns {{ path: string, query: Record<string, string> }} */
export function parse(hash) {
  const [path, search] = hash.replace(/^#\/?/, '').split('?');
  return { path: path ?? '', query: Object.fromEntries(new URLSearchParams(search ?? '')) };
}

/**
 * The place of that address, if there is one.
 *
 * @template T
 * @param {Place<T>[]} places
 * @param {string} hash
 * @returns {{ what: T, route: Route } | null}
 */
export function find(places, hash) {
  const { path, query } = parse(hash);
  const given = path.split('/');
  for (const { pattern, what } of places) {
    const params = match(pattern.split('/'), given);
    if (params) return { what, route: { path, params, query } };
  }
  return null;
}

/** @param {string[]} pattern @param {string[]} given */
function match(pattern, given) {
  if (pattern.length !== given.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, part] of pattern.entries()) {
    const text = given[index] ?? '';
    // An id is a number everywhere, so no other text gets into a path of the API.
    if (part.startsWith(':') ? !/^[1-9]\d{0,18}$/.test(text) : part !== text) return null;
    if (part.startsWith(':')) params[part.slice(1)] = text;
  }
  return params;
}

/**
 * The address of a place.
 *
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query]
 */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path}${search ? `?${search}` : ''}`;
}
