// The rules that the cast board knows: where castings may go, the way back, and the order of the credits.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isInOrder } from '../../../crates/console/static/parts/billing.js';
import { newOrder } from '../../../crates/console/static/parts/cast.js';
import { changesOf } from '../../../crates/console/static/parts/movie-form.js';
import { commonMoves, countByStatus, isClosed, wayBetween } from '../../../crates/console/static/parts/status.js';

const OPEN = ['considering', 'auditioning', 'pinned', 'offered'];
/** As the server tells them. */
const STATUSES = [
  ...OPEN.map((name) => ({
    name,
    moves: [...OPEN.filter((other) => other !== name), 'booked', 'declined', 'released'],
    needs_reason: false,
  })),
  { name: 'booked', moves: ['declined', 'released'], needs_reason: true },
  { name: 'declined', moves: ['considering'], needs_reason: false },
  { name: 'released', moves: ['considering'], needs_reason: false },
];

test('several castings go only where each of them may go', () => {
  const among = (...statuses) =>
    commonMoves(
      STATUSES,
      statuses.map((status) => ({ status })),
    );
  assert.deepEqual(among('pinned'), ['considering', 'auditioning', 'offered', 'booked', 'declined', 'released']);
  assert.deepEqual(among('pinned', 'booked'), ['declined', 'released']);
  assert.deepEqual(among('booked', 'declined'), []);
});

test('a move is taken back by the shortest way that the rules allow', () => {
  const cases = [
    ['offered', 'pinned', ['pinned']],
    ['booked', 'pinned', ['released', 'considering', 'pinned']],
    ['declined', 'offered', ['considering', 'offered']],
    ['released', 'booked', ['considering', 'booked']],
    ['pinned', 'pinned', []],
  ];
  for (const [from, to, way] of cases) assert.deepEqual(wayBetween(STATUSES, from, to), way, `${from} to ${to}`);
  assert.equal(wayBetween([], 'pinned', 'booked'), null);
});

test('what is declined or released is over', () => {
  assert.deepEqual(
    STATUSES.map(({ name }) => name).filter((name) => isClosed(STATUSES, name)),
    ['declined', 'released'],
  );
});

test('every status is counted, those of nobody too', () => {
  const counts = countByStatus(STATUSES, [{ status: 'pinned' }, { status: 'booked' }, { status: 'pinned' }]);
  assert.deepEqual(Object.fromEntries(counts), {
    considering: 0,
    auditioning: 0,
    pinned: 2,
    offered: 0,
    booked: 1,
    declined: 0,
    released: 0,
  });
});

test('a new order of the booked leaves the others in their places, and gives none to who is out', () => {
  const cast = [
    { id: 1, status: 'booked', billing: 1 },
    { id: 2, status: 'offered', billing: 2 },
    { id: 3, status: 'declined', billing: 3 },
    { id: 4, status: 'booked', billing: 4 },
    { id: 5, status: 'pinned', billing: null },
    { id: 6, status: 'booked', billing: null },
  ];
  const isOut = (status) => isClosed(STATUSES, status);
  assert.deepEqual(newOrder(cast, isOut, [6, 4, 1]), [6, 2, 4, 1]);
});

test('an order of the credits is as it was when those who stayed come one after the other as before', () => {
  assert.ok(isInOrder([1, 2, 3], [1, 3]), 'one is gone');
  assert.ok(isInOrder([1, 2], [3, 1, 4, 2]), 'two came');
  assert.ok(isInOrder([], [1]));
  assert.ok(!isInOrder([1, 2, 3], [3, 1]), 'one was moved, and one is gone');
});

test('of a movie only what changed is sent, and the days of its shoot together', () => {
  const before = { title: 'Aihaga', release_date: '2027-05-07', shoot_start: null, shoot_end: null };
  assert.deepEqual(changesOf(before, before), {});
  assert.deepEqual(changesOf(before, { ...before, title: 'Aihaga 2' }), { title: 'Aihaga 2' });
  const shot = { ...before, shoot_start: '2026-09-01', shoot_end: '2026-10-15' };
  assert.deepEqual(changesOf(before, shot), { shoot_start: '2026-09-01', shoot_end: '2026-10-15' });
  assert.deepEqual(changesOf(shot, { ...shot, shoot_end: '2026-10-16' }), {
    shoot_start: '2026-09-01',
    shoot_end: '2026-10-16',
  });
});
