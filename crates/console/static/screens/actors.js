// @ts-check
// The actors: found by name, gender, age and the days on which they are free.

import { h } from '../dom.js';
import { gender, instant } from '../format.js';
import { field, input, select } from '../parts/form.js';
import { listOf } from '../parts/list.js';
import { address } from '../router.js';
import { strings } from '../strings.js';

const texts = strings.actors;

/** @type {import('../shell.js').MakeScreen} */
export default async function actors(context) {
  const { gender: wanted = '' } = context.route.query;
  const usual = Object.entries(strings.genders);
  // One that somebody put in their own words is looked for from the actor's own screen.
  const genders = usual.some(([key]) => key === wanted) || !wanted ? usual : [...usual, [wanted, wanted]];
  const options = /** @type {[string, string][]} */ ([['', texts.anyGender], ...genders]);
  const list = await listOf(context, {
    path: '/actors',
    caption: texts.title,
    count: texts.count,
    noMatch: texts.noMatch,
    empty: h('p', {}, context.session.may('post:actors') ? texts.empty : `${texts.empty} ${texts.emptyAssistant}`),
    sort: 'name',
    filters: [
      field('q', strings.list.search, input({ type: 'search' })),
      field('gender', texts.gender, select(options)),
      field('age_min', texts.ageFrom, input({ type: 'number', min: '0', max: '120' })),
      field('age_max', texts.ageTo, input({ type: 'number', min: '0', max: '120' })),
      field('available_from', texts.freeFrom, input({ type: 'date' })),
      field('available_to', texts.freeTo, input({ type: 'date' })),
    ],
    columns: [
      {
        label: texts.columns.name,
        sort: 'name',
        cell: ({ id, name }) => h('a', { href: address(`actors/${id}`) }, name),
      },
      { label: texts.columns.age, sort: 'age', isNumber: true, cell: ({ age }) => age },
      { label: texts.columns.gender, cell: (actor) => gender(actor.gender) },
      { label: texts.columns.created_at, sort: 'created_at', cell: ({ created_at }) => instant(created_at) },
    ],
  });

  const add = () =>
    context.later(
      () => import('../parts/actor-form.js'),
      async ({ addActor }) => {
        const actor = await addActor(context, list.refresh);
        if (!actor) return;
        context.toast(strings.actorForm.saved(actor.name));
        context.go(address(`actors/${actor.id}`));
      },
    );
  const about = { ...strings.imports.actors, path: '/actors', count: texts.count, done: list.refresh };
  const bring = () =>
    context.later(
      () => import('../parts/import.js'),
      ({ openImport }) => openImport(context, about),
    );
  const actions =
    context.session.may('post:actors') &&
    h(
      'p',
      { class: 'actions' },
      h('button', { type: 'button', onclick: bring }, texts.import),
      h('button', { type: 'button', class: 'primary', onclick: add }, texts.add),
    );
  const heading = h('div', { class: 'heading' }, h('h1', {}, texts.title), actions);
  return { title: texts.title, content: h('section', {}, heading, list.element) };
}
