// What the console offers to undo, and how; and how it tells two versions apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const STATIC = '../../../crates/console/static';
const { inverseOf } = await import(`${STATIC}/parts/undo.js`);
const { latestOf } = await import(`${STATIC}/parts/history.js`);
const { differencesOf } = await import(`${STATIC}/parts/conflict.js`);
const { changedMembers } = await import(`${STATIC}/parts/actor-form.js`);

const statuses = [
  { name: 'considering', moves: ['auditioning', 'declined'], needs_reason: false },
  { name: 'declined', moves: ['considering'], needs_reason: false },
  { name: 'booked', moves: ['declined', 'released'], needs_reason: true },
  { name: 'released', moves: [], needs_reason: false },
];
const entry = (action, before, after, more = {}) => ({ entity: 'actor', entity_id: 7, action, before, after, ...more });
const casting = (action, before, after) => entry(action, before, after, { entity: 'casting', entity_id: 5 });
const PLACE = { movie_id: 2, actor_id: 7 };

/** What undoes it for somebody who may do these things. */
const inverse = (change, place, ...permissions) =>
  inverseOf(change, place, {
    config: { statuses },
    session: { may: (...needed) => needed.every((each) => permissions.includes(each)) },
  });

test('a deletion is undone by a restoration, by those who may delete', () => {
  const deleted = entry('deleted', { deleted_at: null }, { deleted_at: '2026-03-14T09:00:00Z' });
  assert.equal(inverse(deleted, undefined, 'patch:actors'), null);
  const { method, path } = inverse(deleted, undefined, 'delete:actors');
  assert.deepEqual([method, path], ['POST', '/actors/7/restore']);
});

test('what was added is taken away again, by those who may delete it, unless it is booked', () => {
  for (const action of ['created', 'restored']) {
    assert.equal(inverse(entry(action, {}, { name: 'Nada Haddad' }), undefined, 'patch:actors'), null);
    const { method, path } = inverse(entry(action, {}, { name: 'Nada Haddad' }), undefined, 'delete:actors');
    assert.deepEqual([method, path], ['DELETE', '/actors/7']);
  }
  const cast = (status) => inverse(casting('cast', {}, { status, actor_id: 7 }), PLACE, 'patch:movies');
  assert.deepEqual(cast('considering'), { method: 'DELETE', path: '/movies/2/cast/5', name: 'casting' });
  assert.equal(cast('booked'), null);
});

test('of an age and a birth date only what is known is put back', () => {
  const back = (before) => inverse(entry('updated', before, {}), undefined, 'patch:actors').body;
  assert.deepEqual(back({ age: 50, birth_date: null }), { age: 50 });
  assert.deepEqual(back({ age: 36, birth_date: '1990-01-01' }), { birth_date: '1990-01-01' });
  assert.deepEqual(back({ name: 'Nada Haddad' }), { name: 'Nada Haddad' });
  const dated = inverse(entry('updated', { birth_date: null }, {}), undefined, 'patch:actors');
  assert.deepEqual([dated.body, dated.needsAge], [{}, true], 'the age that did not change stays');
});

test('a casting goes back where the rules let it, with a reason where they ask for one', () => {
  const moved = (from, to) =>
    inverse(casting('status changed', { status: from, reason: null }, { status: to }), PLACE, 'patch:movies');
  const back = { method: 'PATCH', path: '/movies/2/cast/5', name: 'casting', body: { status: 'considering' } };
  assert.deepEqual(moved('considering', 'declined'), { ...back, needsReason: false });
  assert.equal(moved('declined', 'booked').needsReason, true);
  assert.equal(moved('considering', 'booked'), null);
  assert.equal(moved('booked', 'released'), null);
});

test('a casting that nobody knows the movie of, or whoever may not cast, has no undo', () => {
  const moved = casting('status changed', { status: 'considering' }, { status: 'declined' });
  assert.equal(inverse(moved, undefined, 'patch:movies'), null);
  assert.equal(inverse(moved, PLACE, 'get:movies'), null);
});

test('only the latest change of a thing is offered to be undone', () => {
  const entries = [
    { id: 4, entity: 'actor', entity_id: 7 },
    { id: 3, entity: 'casting', entity_id: 7 },
    { id: 2, entity: 'actor', entity_id: 7 },
  ];
  assert.deepEqual([...latestOf(entries)], [4, 3]);
});

test('what differs is told with whose change it is, and what is alike is not', () => {
  const base = { version: 1, name: 'Nada', gender: 'female', age: 20 };
  const theirs = { version: 2, name: 'Nada H.', gender: 'other', age: 20 };
  const labels = { name: 'Name', gender: 'Gender', age: 'Age' };
  assert.deepEqual(differencesOf({ mine: { name: 'Nada Haddad', age: '20' }, base, labels }, theirs), [
    { label: 'Name', yours: 'Nada Haddad', theirs: 'Nada H.', isMine: true },
    { label: 'Gender', yours: 'female', theirs: 'other', isMine: false },
  ]);
});

test('only what was changed is saved, and an age takes the place of a birth date', () => {
  const actor = { name: 'Nada Haddad', gender: 'female', age: 20, birth_date: null };
  assert.deepEqual(changedMembers(actor, { name: 'Nada Haddad', gender: 'female', age: '20' }), {});
  assert.deepEqual(changedMembers(actor, { name: 'N', gender: 'female', age: '20' }), { name: 'N' });
  assert.deepEqual(changedMembers({ ...actor, birth_date: '2006-01-01' }, { age: '20' }), { age: '20' });
});
