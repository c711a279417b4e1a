// @ts-check
// The caller's own token, for Postman and curl.

import { fill, h, newId } from '../dom.js';
import { instant } from '../format.js';
import { strings } from '../strings.js';

/** @type {import('../shell.js').MakeScreen} */
export default async function token({ session, toast }) {
  const texts = strings.token;
  const held = session.token() ?? '';
  const id = newId('token');
  const area = h('textarea', { id, readonly: true, rows: '6', spellcheck: 'false' }, held);
  const expires = texts.expires(instant(new Date(session.expiresAt()).toISOString()));
  const note = h('p', { class: 'error', role: 'alert' });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(held);
      fill(note);
      toast(texts.copied);
    } catch {
      fill(note, texts.notCopied);
      area.select();
    }
  };
  const line = `curl -sS -H 'Authorization: Bearer ${held}' '${location.origin}/actors'`;
  const content = h(
    'section',
    {},
    h('h1', {}, texts.title),
    h('p', {}, `${texts.detail} ${expires}`),
    h('p', { class: 'actions start' }, h('button', { type: 'button', class: 'primary', onclick: copy }, texts.copy)),
    note,
    h('div', { class: 'field' }, h('label', { for: id }, texts.label), area),
    h('p', {}, texts.curl),
    h('pre', { tabindex: '0' }, line),
  );
  return { title: texts.title, content };
}
