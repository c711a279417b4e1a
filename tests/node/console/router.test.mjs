// Which addresses lead where.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { find, parse } from '../../../crates/console/static/router.js';

const PLACES = ['actors', 'actors/:id'].map((pattern) => ({ pattern, what: pattern }));

test('an address says the path and the query', () => {
  assert.deepEqual(parse('#/actors/7?tab=history&q=%3Cimg%3E'), {
    path: 'actors/7',
    query: { tab: 'history', q: '<img>' },
  });
  assert.deepEqual(parse(''), { path: '', query: {} });
});

test('an id is a number and nothing else', () => {
  const found = find(PLACES, '#/actors/7?q=x');
  assert.deepEqual(found, { what: 'actors/:id', route: { path: 'actors/7', params: { id: '7' }, query: { q: 'x' } } });
  for (const id of ['0', '07', '-1', '7.0', 'x', '', '..', '7%2Fcastings', '7/castings', '1'.repeat(20)]) {
    assert.equal(find(PLACES, `#/actors/${id}`), null, id);
  }
});

test('an address that is not known leads nowhere', () => {
  for (const address of ['', '#', '#/', '#/nothing', '#/Actors', '#actors/7/8']) {
    assert.equal(find(PLACES, address), null, address);
  }
});
