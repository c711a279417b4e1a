// @ts-check
// Requests to the API. A refusal is a `Refusal`, a server that cannot be reached is `Unreachable`; everything else is an answer.

/** A refusal of the server: problem details (RFC 9457). */
export class Refusal extends Error {
  /** @param {ApiProblem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
    this.status = problem.status;
    /** The last part of its type, such as `stale-version`. */
    this.kind = problem.type.split('/').pop() ?? '';
  }
}

/** The server, or the way to it, is down. */
export class Unreachable extends Error {}

/** @param {unknown} error whether somebody else was there first */
export const isStale = (error) => error instanceof Refusal && error.kind === 'stale-version';

/** @param {unknown} error whether what was asked for, or was to be changed, is not there */
export const isGone = (error) => error instanceof Refusal && error.status === 404;

/** @param {unknown} error whether nobody waits for the answer any more */
export const isAborted = (error) => error instanceof DOMException && error.name === 'AbortError';

/**
 * Asks once, for what is asked before anybody is signed in.
 *
 * @param {string} path
 * @param {RequestInit} [request]
 */
export async function ask(path, request) {
  const response = await fetch(path, request).catch(() => null);
  if (!response) throw new Unreachable();
  if (!response.ok) throw new Refusal(await problemOf(response));
  return contentOf(response);
}

/**
 * @typedef {object} Options
 * @property {unknown} [body] sent as JSON
 * @property {Blob} [file] sent as CSV
 * @property {number} [version] the version that is to be changed; another is a refusal (412)
 * @property {string} [key] the idempotency key, for a request that may be sent again by the caller
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] whether it goes on when the page is closed
 */

/** How often a request is sent that can be sent again. */
const ATTEMPTS = 3;
/** Milliseconds before the second attempt; twice that before the third. */
const PATIENCE = 400;
/** Seconds that a busy server may ask to wait. */
const LONGEST_WAIT = 5;
/** Milliseconds between two looks whether everything is answered. */
const SETTLING = 20;
/** What is said where the way to the server is broken. */
const NO_WAY = [502, 504];

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {{ token(): string | null, expired(): void }} session */
export function createApi(session) {
  /** What is on its way. @type {Set<{ method: string }>} */
  const pending = new Set();

  /**
   * @param {string} method
   * @param {string} path
   * @param {Options} [options]
   * @returns {Promise<Response>}
   */
  async function send(method, path, options = {}) {
    const entry = { method };
    pending.add(entry);
    return sendPatiently(method, path, options).finally(() => pending.delete(entry));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Options} options
   * @returns {Promise<Response>}
   */
  async function sendPatiently(method, path, { body, file, version, key, signal, keepalive }) {
    const headers = new Headers({ Accept: 'application/json' });
    const token = session.token();
    if (token) headers.set('Authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (file) headers.set('Content-Type', 'text/csv');
    if (version !== undefined) headers.set('If-Match', `"${version}"`);
    if (method === 'POST') headers.set('Idempotency-Key', key ?? newKey());
    const content = file ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = { method, headers, body: content, signal, keepalive };
    const response = await patiently(() => fetch(path, request), method === 'GET' || method === 'POST', signal);
    if (response.ok) return response;
    const refusal = new Refusal(await problemOf(response));
    // A late answer to somebody who has signed in anew since says nothing of that.
    if (refusal.status === 401 && token && session.token() === token) session.expired();
    throw refusal;
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {Options} [options]
   * @returns {Promise<T>}
   */
  const json = async (method, path, options) => contentOf(await send(method, path, options));

  const api = {
    send,
    /** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
    get: (path, options) => json('GET', path, options),
    /** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
    post: (path, options) => json('POST', path, options),
    /** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
    patch: (path, options) => json('PATCH', path, options),
    /** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
    put: (path, options) => json('PUT', path, options),
    /** @template T @param {string} path @param {Options} [options] @returns {Promise<T>} */
    delete: (path, options) => json('DELETE', path, options),
  };
  return {
    ...api,
    postOnce: repeatable(api),
    /** Whether something is being written. */
    isWriting: () => [...pending].some(({ method }) => method !== 'GET'),
    /** Waits until nothing is on its way any more, nor what follows it; not for ever. */
    async isIdle() {
      const end = Date.now() + LONGEST_WAIT * 1000;
      do {
        await new Promise((resolve) => setTimeout(resolve, SETTLING));
      } while (pending.size > 0 && Date.now() < end);
    },
  };
}

/** A key under which a request has its effect once, however often it is sent. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A POST that a person may send again by hand: until it is answered, the same content goes under the same key.
 *
 * @param {{ post: (path: string, options: Options) => Promise<unknown> }} api
 */
export function repeatable(api) {
  /** By path and content. @type {Map<string, { file: Blob | undefined, key: string }>} */
  const unanswered = new Map();

  /**
   * @template T
   * @param {string} path
   * @param {Pick<Options, 'body' | 'file' | 'signal'>} [content]
   * @returns {Promise<T>}
   */
  return async function post(path, { body, file, signal } = {}) {
    const what = `${path} ${JSON.stringify(body) ?? ''}`;
    const former = unanswered.get(what);
    const key = former?.file === file && former ? former.key : newKey();
    unanswered.set(what, { file, key });
    try {
      const answer = await api.post(path, { body, file, signal, key });
      unanswered.delete(what);
      return /** @type {T} */ (answer);
    } catch (error) {
      if (isFinal(error)) unanswered.delete(what);
      throw error;
    }
  };
}

/**
 * Whether a request came to nothing. One that a server in trouble refused, or that is still being done, may have had its effect.
 *
 * @param {unknown} error
 */
export const isFinal = (error) =>
  error instanceof Refusal && error.status < 500 && error.kind !== 'request-in-progress';

/**
 * A query string without the parameters that say nothing.
 *
 * @param {Record<string, string | number | null | undefined>} parameters
 */
export function query(parameters) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') given.set(name, String(value));
  }
  const text = given.toString();
  return text ? `?${text}` : '';
}

/**
 * Sends a request until it is answered. A caller who asks for too much is told when to come again, and nothing was done; of a
 * connection that broke, and of a server in trouble, nobody knows what was done, and the same may still be going on (409).
 *
 * @param {() => Promise<Response>} attempt
 * @param {boolean} again whether it may be sent again when it may have been done
 * @param {AbortSignal} [signal]
 */
async function patiently(attempt, again, signal) {
  for (let number = 1; ; number += 1) {
    const isLast = number === ATTEMPTS;
    /** @type {Response | null} */
    const response = await attempt().catch((error) => {
      if (signal?.aborted) throw error;
      if (isLast || !again) throw new Unreachable();
      return null;
    });
    const wait = response ? waitOf(response, again) : 0;
    if (response && (isLast || wait === null || wait > LONGEST_WAIT)) return response;
    await new Promise((resolve) => setTimeout(resolve, Math.max((wait ?? 0) * 1000, PATIENCE * number)));
  }
}

/**
 * The seconds after which a request is to be sent again; `null` when this answer is the last word.
 *
 * @param {Response} response
 * @param {boolean} again
 */
function waitOf({ status, headers }, again) {
  const wait = headers.get('Retry-After');
  if (wait !== null && (again || status === 429)) return Number(wait) || 0;
  return again && NO_WAY.includes(status) ? 0 : null;
}

/** @param {Response} response @returns {Promise<any>} */
const contentOf = (response) => response.json().catch(brokenOff);

/**
 * What cannot be read broke off, or is not of the server.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function brokenOff(error) {
  throw isAborted(error) ? error : new Unreachable();
}

/**
 * @param {Response} response
 * @returns {Promise<ApiProblem>}
 */
async function problemOf(response) {
  const told = await response.json().catch(() => null);
  if (told && typeof told.detail === 'string' && typeof told.type === 'string') return told;
  const { status, statusText } = response;
  return { type: 'about:blank', title: statusText, status, detail: `${status} ${statusText}` };
}
