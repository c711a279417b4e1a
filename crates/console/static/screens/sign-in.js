// @ts-check
// Sign-in: three roles with the development issuer, else one button that leads to the agency's own issuer.

import { fill, h } from '../dom.js';
import { messageOf } from '../parts/notice.js';
import { strings } from '../strings.js';

/**
 * @param {{ session: import('../session.js').Session, complaint: string, notice: string, done: () => void }} parts
 * @returns {import('../shell.js').Screen}
 */
export default function signIn({ session, complaint, notice, done }) {
  const texts = strings.signIn;
  const alert = h('p', { role: 'alert', class: 'error' }, complaint);
  const act = (/** @type {() => Promise<void>} */ go) => async () => {
    fill(alert);
    try {
      await go();
      done();
    } catch (error) {
      fill(alert, messageOf(error));
    }
  };
  const content = h(
    'section',
    { class: 'sign-in' },
    h('h1', {}, texts.title),
    notice && h('p', { role: 'status' }, notice),
    alert,
  );
  if (session.signIn.mode === 'oidc') {
    const hasClient = session.signIn.client_id !== null;
    const button = h(
      'button',
      { type: 'button', class: 'primary', onclick: act(session.signInAtIssuer) },
      texts.button,
    );
    content.append(...(hasClient ? [h('p', {}, texts.issuer), button] : [h('p', {}, texts.noClient)]));
    return { title: texts.title, content };
  }
  const role = ([key, name] = ['', '']) => {
    const id = `duty-${key}`;
    const button = h(
      'button',
      { type: 'button', class: 'primary', 'aria-describedby': id, onclick: act(() => session.signInLocally(key)) },
      texts.as(name),
    );
    return h('li', {}, button, h('small', { id }, strings.roleDuties[key]));
  };
  content.append(h('p', {}, texts.local), h('ul', { class: 'roles' }, Object.entries(strings.roles).map(role)));
  return { title: texts.title, content };
}
