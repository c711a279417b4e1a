// @ts-check
// The forms of an actor: adding one, with a look at those who are there already, and changing one.

import { query, repeatable } from '../api.js';
import { fill, h, newId, setAttribute } from '../dom.js';
import { gender as genderName } from '../format.js';
import { address } from '../router.js';
import { strings } from '../strings.js';
import { save } from './conflict.js';
import { openDialog } from './dialog.js';
import { field, form, input, select, whenTyped } from './form.js';

const texts = strings.actorForm;
/** How many that look alike are shown, and among how many they are looked for. */
const ALIKE = 5;
const LOOKED_AT = 100;
/** The value of the choice that is written by hand. */
const OTHER = 'other';

/** @typedef {import('../shell.js').Context} Context */

/**
 * Adds actors, one after the other as long as the person likes.
 *
 * @param {Context} context
 * @param {() => void} added is called after each that is followed by another
 * @returns {Promise<Actor | null>} the actor whom the person wants to go to
 */
export async function addActor(context, added) {
  const send = repeatable(context.api);
  return openDialog(texts.add, (close) => {
    const fields = actorFields();
    const alike = lookAlikes(context, fields.name.control);
    const note = h('p', { class: 'note', role: 'status' });
    /** @param {boolean} another */
    async function submit(another) {
      const { actor } = /** @type {{ actor: Actor }} */ (await send('/actors', { body: fields.members() }));
      if (context.signal.aborted) context.toast(texts.saved(actor.name));
      if (!another) {
        close(actor);
        return;
      }
      added();
      fields.reset();
      alike.clear();
      fill(note, texts.added(actor.name));
      fields.name.control.focus();
    }
    const element = form({
      fields: fields.all,
      label: strings.save,
      also: texts.another,
      submit,
      cancel: () => close(null),
      more: [note],
    });
    fields.name.element.after(alike.element);
    return element;
  });
}

/**
 * Changes an actor.
 *
 * @param {Context} context
 * @param {Actor} actor
 * @returns {Promise<'saved' | 'mine' | 'theirs' | null>}
 */
export function editActor(context, actor) {
  return openDialog(texts.edit, (close) => {
    const fields = actorFields(actor);
    const submit = async () => {
      const mine = changedMembers(actor, fields.members());
      if (Object.keys(mine).length === 0) {
        close(null);
        return;
      }
      const outcome = await save({
        context,
        path: `/actors/${actor.id}`,
        name: 'actor',
        mine,
        base: actor,
        labels: strings.history.members.actor,
        show: (member, value) => (member === 'gender' ? genderName(String(value)) : String(value ?? strings.none)),
      });
      // Whoever has gone elsewhere is told here.
      if (outcome && context.signal.aborted) context.toast(texts.changed);
      if (outcome) close(outcome);
    };
    return form({ fields: fields.all, label: strings.save, submit, cancel: () => close(null) });
  });
}

/**
 * The members that are not as they were: an age as a number and as its digits is the same.
 *
 * @param {Actor} actor
 * @param {Record<string, string>} given
 */
export function changedMembers(actor, given) {
  const before = /** @type {Record<string, unknown>} */ ({ ...actor });
  // Who had a birth date and is given an age is to have an age alone.
  if (actor.birth_date) before.age = null;
  return Object.fromEntries(Object.entries(given).filter(([member, value]) => value !== String(before[member] ?? '')));
}

/** @param {Actor} [actor] */
function actorFields(actor) {
  const name = field('name', texts.name, input({ dir: 'auto', maxlength: '400' }));
  const gender = genderField();
  const born = bornField();
  const reset = () => {
    name.control.value = actor?.name ?? '';
    gender.set(actor?.gender ?? '');
    born.set(actor);
  };
  reset();
  return {
    name,
    all: [name, gender.field, ...born.fields],
    reset,
    /** @returns {Record<string, string>} */
    members: () => ({ name: name.control.value.trim(), gender: gender.value(), ...born.members() }),
  };
}

/** One of the usual genders, or another in one's own words. */
function genderField() {
  const usual = Object.entries(strings.genders);
  const options = [['', texts.choose], ...usual, [OTHER, texts.otherGender]];
  const chosen = field('gender', texts.gender, select(/** @type {[string, string][]} */ (options)));
  const written = field('gender', texts.genderWords, input({ dir: 'auto' }));
  const isOther = () => chosen.control.value === OTHER;
  const shown = () => (isOther() ? written : chosen);
  const turn = () => {
    written.element.hidden = !isOther();
  };
  chosen.control.addEventListener('input', () => {
    turn();
    if (isOther()) written.control.focus();
  });
  turn();
  return {
    value: () => shown().control.value.trim(),
    /** @param {string} value */
    set: (value) => {
      const isUsual = value === '' || usual.some(([each]) => each === value);
      chosen.control.value = isUsual ? value : OTHER;
      written.control.value = isUsual ? '' : value;
      turn();
    },
    /** @type {import('./form.js').Field} */
    field: {
      name: 'gender',
      label: texts.gender,
      get control() {
        return shown().control;
      },
      complain: (text) => shown().complain(text),
      element: h('div', { class: 'pair' }, chosen.element, written.element),
    },
  };
}

/** An age, or better a birth date, from which the age is told on every day. */
function bornField() {
  const age = field('age', texts.age, input({ inputmode: 'numeric', maxlength: '4' }));
  const date = field('birth_date', texts.birthDate, input({ type: 'date' }), { hint: texts.birthHint });
  const group = newId('born');
  const byAge = h('input', { type: 'radio', name: group, onchange: turn });
  const byDate = h('input', { type: 'radio', name: group, onchange: turn });
  const shown = () => (byDate.checked ? date : age);
  function turn() {
    age.element.hidden = byDate.checked;
    date.element.hidden = !byDate.checked;
  }
  const choice = (/** @type {HTMLInputElement} */ radio, /** @type {string} */ label) =>
    h('label', { class: 'choice' }, radio, label);
  const element = h(
    'fieldset',
    {},
    h('legend', {}, texts.born),
    h('div', { class: 'choices' }, choice(byAge, texts.byAge), choice(byDate, texts.byDate)),
    age.element,
    date.element,
  );
  const part = (/** @type {string} */ name, /** @type {HTMLElement} */ shownAs) => ({
    name,
    label: name === 'age' ? texts.age : texts.birthDate,
    get control() {
      return shown().control;
    },
    // Whatever the server finds wrong with either is said where the person can see it.
    complain: (/** @type {string} */ text) => {
      if (text || name === 'age') shown().complain(text);
    },
    element: shownAs,
  });
  return {
    fields: [part('age', element), part('birth_date', h('span', { hidden: true }))],
    members: () => ({ [shown().name]: shown().control.value.trim() }),
    /** @param {Actor} [actor] */
    set: (actor) => {
      byDate.checked = Boolean(actor?.birth_date);
      byAge.checked = !byDate.checked;
      date.control.value = actor?.birth_date ?? '';
      age.control.value = actor && !actor.birth_date ? String(actor.age) : '';
      turn();
    },
  };
}

/** @param {string} text its words, without what case and accents tell apart */
const wordsOf = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(/\s+/).filter(Boolean);

/** @param {string} name @param {string[]} words */
const hasWords = (name, words) => {
  const plain = wordsOf(name).join(' ');
  return words.every((word) => plain.includes(word));
};

/**
 * Those who are there already and whose names contain what is typed, whatever the order of its words.
 *
 * @param {Context} context
 * @param {import('./form.js').Control} control
 */
function lookAlikes({ api, session, signal }, control) {
  const element = h('div', { class: 'alike', role: 'status', hidden: true });
  let asked = new AbortController();
  if (session.may('get:actors')) whenTyped(control, look, signal);

  function clear() {
    asked.abort();
    show([]);
  }

  async function look() {
    asked.abort();
    asked = new AbortController();
    const words = wordsOf(control.value);
    const [q] = words.toSorted((a, b) => b.length - a.length);
    if (!q || q.length < 2) {
      show([]);
      return;
    }
    try {
      const waiting = AbortSignal.any([asked.signal, signal]);
      const page = await api.get(`/actors${query({ q, limit: LOOKED_AT })}`, { signal: waiting });
      const { actors } = /** @type {Page<'actors', Actor>} */ (page);
      show(actors.filter(({ name }) => hasWords(name, words)));
    } catch {
      // A hint that does not come keeps nobody from adding.
    }
  }

  /** @param {Actor[]} actors */
  function show(actors) {
    setAttribute(element, 'hidden', actors.length === 0);
    // In a tab of its own, so that what is typed stays; one that is opened by this one knows who is signed in.
    const each = (/** @type {Actor} */ { id, name, age, gender }) =>
      h(
        'li',
        {},
        h('a', { href: address(`actors/${id}`), target: '_blank', rel: 'opener' }, h('bdi', {}, name)),
        ` ${texts.known(age, genderName(gender))}`,
      );
    if (actors.length === 0) fill(element);
    else fill(element, h('p', {}, texts.alike(actors.length)), h('ul', {}, actors.slice(0, ALIKE).map(each)));
  }

  return { element, clear };
}
