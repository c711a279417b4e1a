// @ts-check
// Who is signed in. The token is in memory only; what a reload needs to come back is in the session storage, and is of no use to others.

import { ask, Refusal } from './api.js';
import { strings } from './strings.js';

/**
 * @typedef {object} Caller
 * @property {string} subject
 * @property {string | null} role
 * @property {Set<string>} permissions
 */

/** @typedef {ReturnType<typeof createSession>} Session */

const KEPT = { role: 'ensemble.role', transit: 'ensemble.transit', back: 'ensemble.back', out: 'ensemble.out' };
/** Kept as the role of whoever signed out here, or is not signed in at the issuer: they are not sent there unasked. */
const NOBODY = 'nobody';
/** Milliseconds that an issuer is waited for. */
const PATIENCE = 10_000;

/** Milliseconds by which the clocks of this machine and the issuer may differ. */
const SKEW = 60_000;
/** The part of a token's life after which it is renewed with the next screen. */
const RENEWED = 0.9;

/** The console itself, to which the issuer sends people back. */
const here = () => new URL('.', location.href).href;

/** @param {Config['sign_in']} signIn */
export function createSession(signIn) {
  /** @type {{ token: string, expiresAt: number, renewAt: number, idToken?: string } | null} */
  let held = null;
  /** @type {Caller | null} */
  let caller = null;
  /** Whether this page was loaded because a token was refused. */
  let isRenewed = false;
  /** @type {() => void} */
  let onExpired = () => {};

  /** @param {string} role */
  async function signInLocally(role) {
    const headers = { 'Content-Type': 'application/json' };
    await meet(await ask('/local/token', { method: 'POST', headers, body: JSON.stringify({ role }) }));
    sessionStorage.setItem(KEPT.role, role);
    // Other tabs are opened as the same; one may sign in there as somebody else.
    localStorage.setItem(KEPT.role, role);
  }

  /**
   * Asks the server whom it takes the caller for, and what they may do; what was held before is held until it has answered.
   *
   * @param {{ access_token: string, expires_in?: number, id_token?: string }} granted
   */
  async function meet({ access_token, expires_in = 3600, id_token }) {
    const told = await ask('/me', { headers: { Authorization: `Bearer ${access_token}` } }).catch((error) => {
      // It says what is wrong with the token, where nobody's session ended.
      throw error instanceof Refusal ? new Error(error.message) : error;
    });
    const [now, life] = [Date.now(), expires_in * 1000];
    held = { token: access_token, expiresAt: now + life, renewAt: now + life * RENEWED, idToken: id_token };
    caller = { subject: told.subject, role: told.role, permissions: new Set(told.permissions) };
  }

  /**
   * Sends the browser to the issuer, which sends it back with a code (RFC 6749, section 4.1, with PKCE, RFC 7636).
   *
   * @typedef {object} How
   * @property {boolean} [silently] without asking anything, for whoever is signed in there still
   * @property {boolean} [isExpired] because a token was refused
   * @property {boolean} [isBare] without the permissions as scopes, which not every issuer knows
   *
   * @param {How} how
   */
  async function redirect({ silently = false, isExpired = false, isBare = false }) {
    if (signIn.mode !== 'oidc' || !signIn.client_id) throw new Error(strings.signIn.noClient);
    if (!crypto.subtle) throw new Error(strings.signIn.insecure);
    const { authorization_endpoint } = await discover(signIn.issuer);
    const [verifier, state, nonce] = [random(), random(), random()];
    sessionStorage.setItem(KEPT.transit, JSON.stringify({ verifier, state, nonce, silently, isExpired, isBare }));
    sessionStorage.setItem(KEPT.back, location.hash);
    const target = new URL(authorization_endpoint);
    target.search = new URLSearchParams([
      ...target.searchParams,
      ['response_type', 'code'],
      ['client_id', signIn.client_id],
      ['redirect_uri', here()],
      ['scope', isBare ? 'openid' : `openid ${PERMISSIONS}`],
      // What Auth0 calls an audience is a resource in RFC 8707.
      ['audience', signIn.audience],
      ['resource', signIn.audience],
      ['state', state],
      ['nonce', nonce],
      ['code_challenge', await challenge(verifier)],
      ['code_challenge_method', 'S256'],
      ...(silently ? [['prompt', 'none']] : []),
    ]).toString();
    // Whoever goes back is not to be sent there again.
    if (silently) location.replace(target);
    else location.assign(target);
    // Nothing more is to happen on this page.
    await new Promise(() => {});
  }

  /**
   * Takes the issuer's answer out of the address, and the place that the person came from back into it.
   *
   * @returns {Promise<boolean>} whether somebody is signed in now
   */
  async function comeBack() {
    const answer = new URLSearchParams(location.search);
    const transit = JSON.parse(sessionStorage.getItem(KEPT.transit) ?? 'null');
    const back = sessionStorage.getItem(KEPT.back) ?? '';
    sessionStorage.removeItem(KEPT.transit);
    sessionStorage.removeItem(KEPT.back);
    // What was begun elsewhere stays in the address, for whoever began it.
    if (!transit || answer.get('state') !== transit.state) throw new Error(strings.signIn.stranger);
    history.replaceState(null, '', location.pathname + (back || location.hash));
    const error = answer.get('error');
    if (error === 'invalid_scope' && !transit.isBare) await redirect({ ...transit, isBare: true });
    if (error && transit.silently) {
      sessionStorage.setItem(KEPT.role, NOBODY);
      if (transit.isExpired) throw new Error(strings.signIn.expired);
      return false;
    }
    if (error) throw new Error(strings.signIn.refused(answer.get('error_description') ?? error));
    await meet(await exchange(answer.get('code') ?? '', transit));
    sessionStorage.setItem(KEPT.role, 'oidc');
    isRenewed = transit.isExpired;
    return true;
  }

  /** @param {string} code @param {{ verifier: string, nonce: string }} transit */
  async function exchange(code, { verifier, nonce }) {
    if (signIn.mode !== 'oidc' || !signIn.client_id) throw new Error(strings.signIn.noClient);
    const { token_endpoint } = await discover(signIn.issuer);
    const request = fetch(token_endpoint, {
      method: 'POST',
      signal: AbortSignal.timeout(PATIENCE),
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: signIn.client_id,
        redirect_uri: here(),
        resource: signIn.audience,
        code_verifier: verifier,
        code,
      }),
    });
    const answer = await request.catch(() => null);
    const granted = await answer?.json().catch(() => null);
    if (!answer || !granted) throw new Error(strings.signIn.noIssuer(signIn.issuer));
    if (!answer.ok)
      throw new Error(strings.signIn.refused(granted.error_description ?? granted.error ?? answer.status));
    const { iss, aud, exp = 0, nonce: told } = claimsOf(granted.id_token ?? '');
    const isOurs = iss === signIn.issuer && [aud].flat().includes(signIn.client_id) && exp * 1000 > Date.now() - SKEW;
    if (told !== nonce || !isOurs) throw new Error(strings.signIn.stranger);
    return granted;
  }

  return {
    signIn,
    caller: () => caller,
    /** @param {string[]} permissions whether the caller holds all of them */
    may: (...permissions) => permissions.every((permission) => caller?.permissions.has(permission)),
    token: () => held?.token ?? null,
    expiresAt: () => held?.expiresAt ?? 0,
    /** @param {() => void} act what to do when the token is good no longer */
    whenExpired: (act) => {
      onExpired = act;
    },
    /** Whether it is time to `resume`. */
    isEnding: () => held !== null && held.renewAt < Date.now(),
    expired: () => {
      held = null;
      caller = null;
      onExpired();
    },
    signInLocally,
    signInAtIssuer: () => redirect({}),
    isRenewed: () => isRenewed,
    /** Whether the page was left in order to sign out; it is told once. */
    hasSignedOut() {
      const hasBeen = sessionStorage.getItem(KEPT.out) !== null;
      sessionStorage.removeItem(KEPT.out);
      return hasBeen;
    },
    /**
     * Signs in again whoever can be without being asked: who chose a role on this page, or is signed in at the issuer.
     *
     * @param {boolean} [isExpired] because a token was refused
     * @returns {Promise<boolean>} whether somebody is signed in now
     */
    async resume(isExpired = false) {
      const answer = new URLSearchParams(location.search);
      if (signIn.mode === 'oidc' && (answer.has('code') || answer.has('error'))) return comeBack();
      const role = sessionStorage.getItem(KEPT.role) ?? localStorage.getItem(KEPT.role);
      if (role === NOBODY) return false;
      if (signIn.mode === 'oidc' && signIn.client_id) await redirect({ silently: true, isExpired });
      if (signIn.mode === 'oidc' || !role) return false;
      await signInLocally(role);
      return true;
    },
    async signOut() {
      const idToken = held?.idToken;
      held = null;
      caller = null;
      for (const key of Object.values(KEPT)) sessionStorage.removeItem(key);
      localStorage.removeItem(KEPT.role);
      if (signIn.mode !== 'oidc' || !signIn.client_id) return;
      sessionStorage.setItem(KEPT.role, NOBODY);
      const { end_session_endpoint } = await discover(signIn.issuer);
      if (!end_session_endpoint) return;
      const target = new URL(end_session_endpoint);
      target.searchParams.set('client_id', signIn.client_id);
      target.searchParams.set('post_logout_redirect_uri', here());
      if (idToken) target.searchParams.set('id_token_hint', idToken);
      sessionStorage.setItem(KEPT.out, 'yes');
      location.assign(target);
    },
  };
}

const PERMISSIONS = ['actors', 'movies']
  .flatMap((what) => ['get', 'post', 'patch', 'delete'].map((verb) => `${verb}:${what}`))
  .join(' ');

/**
 * What the issuer says of itself (OpenID Connect Discovery 1.0).
 *
 * @param {string} issuer
 * @returns {Promise<{ authorization_endpoint: string, token_endpoint: string, end_session_endpoint?: string }>}
 */
async function discover(issuer) {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  // It has to speak of itself (section 4.3).
  if (told?.issuer !== issuer) throw new Error(strings.signIn.noIssuer(issuer));
  return told;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** @param {string} verifier */
async function challenge(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** @param {Uint8Array} bytes */
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/**
 * The claims of an ID token. It came from the issuer itself over TLS, so its signature says nothing more (OpenID Connect Core,
 * section 3.1.3.7).
 *
 * @param {string} idToken
 * @returns {{ nonce?: string, iss?: string, aud?: string | string[], exp?: number }}
 */
function claimsOf(idToken) {
  try {
    const bytes = Uint8Array.from(atob((idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}
