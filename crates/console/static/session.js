// @ts-check
// Who is signed in. The token is in memory only; what a reload needs to come back is in the session storage, and is no secret.

import { ask, Refusal } from './api.js';
import { strings } from './strings.js';

/**
 * @typedef {object} Caller
 * @property {string} subject
 * @property {string | null} role
 * @property {Set<string>} permissions
 */

/** @typedef {ReturnType<typeof createSession>} Session */

const KEPT = { role: 'ensemble.role', transit: 'ensemble.transit', back: 'ensemble.back' };

/** Milliseconds by which the clocks of this machine and the issuer may differ. */
const SKEW = 60_000;
/** The part of a token's life after which it is renewed with the next screen. */
const RENEWED = 0.9;

/** The console itself, to which the issuer sends people back. */
const here = () => `${location.origin}${location.pathname}`;

/** @param {Config['sign_in']} signIn */
export function createSession(signIn) {
  /** @type {{ token: string, expiresAt: number, renewAt: number, idToken?: string } | null} */
  let held = null;
  /** @type {Caller | null} */
  let caller = null;
  /** @type {() => void} */
  let onExpired = () => {};

  /** @param {string} role */
  async function signInLocally(role) {
    const headers = { 'Content-Type': 'application/json' };
    hold(await ask('/local/token', { method: 'POST', headers, body: JSON.stringify({ role }) }));
    sessionStorage.setItem(KEPT.role, role);
    await meet();
  }

  /** @param {{ access_token: string, expires_in?: number, id_token?: string }} granted */
  function hold({ access_token, expires_in = 3600, id_token }) {
    const [now, life] = [Date.now(), expires_in * 1000];
    held = { token: access_token, expiresAt: now + life, renewAt: now + life * RENEWED, idToken: id_token };
  }

  /** Asks the server whom it takes the caller for, and what they may do. */
  async function meet() {
    try {
      const told = await ask('/me', { headers: { Authorization: `Bearer ${held?.token}` } });
      caller = { subject: told.subject, role: told.role, permissions: new Set(told.permissions) };
    } catch (error) {
      held = null;
      // It says what is wrong with the token, where nobody's session ended.
      throw error instanceof Refusal ? new Error(error.message) : error;
    }
  }

  /**
   * Sends the browser to the issuer, which sends it back with a code (RFC 6749, section 4.1, with PKCE, RFC 7636).
   *
   * @param {{ silently: boolean }} how silently: without asking anything, for whoever is signed in there still
   */
  async function redirect({ silently }) {
    if (signIn.mode !== 'oidc' || !signIn.client_id) throw new Error(strings.signIn.noClient);
    if (!crypto.subtle) throw new Error(strings.signIn.insecure);
    const { authorization_endpoint } = await discover(signIn.issuer);
    const [verifier, state, nonce] = [random(), random(), random()];
    sessionStorage.setItem(KEPT.transit, JSON.stringify({ verifier, state, nonce, silently }));
    sessionStorage.setItem(KEPT.back, location.hash);
    const target = new URL(authorization_endpoint);
    target.search = new URLSearchParams([
      ...target.searchParams,
      ['response_type', 'code'],
      ['client_id', signIn.client_id],
      ['redirect_uri', here()],
      ['scope', `openid ${PERMISSIONS}`],
      // What Auth0 calls an audience is a resource in RFC 8707.
      ['audience', signIn.audience],
      ['resource', signIn.audience],
      ['state', state],
      ['nonce', nonce],
      ['code_challenge', await challenge(verifier)],
      ['code_challenge_method', 'S256'],
      ...(silently ? [['prompt', 'none']] : []),
    ]).toString();
    location.assign(target);
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
    if (error && transit.silently) {
      sessionStorage.removeItem(KEPT.role);
      return false;
    }
    if (error) throw new Error(strings.signIn.refused(answer.get('error_description') ?? error));
    await exchange(answer.get('code') ?? '', transit);
    sessionStorage.setItem(KEPT.role, 'oidc');
    await meet();
    return true;
  }

  /** @param {string} code @param {{ verifier: string, nonce: string }} transit */
  async function exchange(code, { verifier, nonce }) {
    if (signIn.mode !== 'oidc' || !signIn.client_id) throw new Error(strings.signIn.noClient);
    const { token_endpoint } = await discover(signIn.issuer);
    const request = fetch(token_endpoint, {
      method: 'POST',
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
    hold(granted);
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
    signInAtIssuer: () => redirect({ silently: false }),
    /** Signs in again whoever was signed in before this page was loaded; answers whether somebody is now. */
    async resume() {
      const answer = new URLSearchParams(location.search);
      if (signIn.mode === 'oidc' && (answer.has('code') || answer.has('error'))) return comeBack();
      const role = sessionStorage.getItem(KEPT.role);
      if (!role) return false;
      if (signIn.mode === 'oidc') await redirect({ silently: true });
      else await signInLocally(role);
      return true;
    },
    async signOut() {
      const idToken = held?.idToken;
      held = null;
      caller = null;
      for (const key of Object.values(KEPT)) sessionStorage.removeItem(key);
      if (signIn.mode !== 'oidc' || !signIn.client_id) return;
      const { end_session_endpoint } = await discover(signIn.issuer);
      if (!end_session_endpoint) return;
      const target = new URL(end_session_endpoint);
      target.searchParams.set('client_id', signIn.client_id);
      target.searchParams.set('post_logout_redirect_uri', here());
      if (idToken) target.searchParams.set('id_token_hint', idToken);
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
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`).catch(() => null);
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
