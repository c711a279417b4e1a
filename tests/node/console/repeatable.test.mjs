// Pressing again after the network failed makes nothing twice; pressing again after an answer makes another.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const { Refusal, repeatable, Unreachable } = await import('../../../crates/console/static/api.js');

/** The keys of requests that end like this, one after the other. */
async function keysOf(endings) {
  const keys = [];
  const left = [...endings];
  const post = repeatable({
    post: async (_, { key }) => {
      keys.push(key);
      const ending = left.shift().ending;
      if (ending) throw ending;
    },
  });
  for (const { body } of endings) await post('/actors', { body }).catch(() => {});
  return keys.map((key) => keys.indexOf(key));
}

const gone = new Unreachable('');
const refused = new Refusal({ type: '/problems/invalid-fields', detail: '', status: 422 });
const body = { name: 'Nada Haddad' };

test('the same content keeps its key until it is answered', async () => {
  assert.deepEqual(await keysOf([{ body, ending: gone }, { body, ending: gone }, { body }, { body }]), [0, 0, 0, 3]);
});

test('what else is sent meanwhile takes no key away', async () => {
  assert.deepEqual(await keysOf([{ body, ending: gone }, { body: { name: 'Ada' } }, { body }]), [0, 1, 0]);
});

test('another content, or one that was refused, gets another key', async () => {
  assert.deepEqual(await keysOf([{ body, ending: gone }, { body: { name: 'Nada' } }]), [0, 1]);
  assert.deepEqual(await keysOf([{ body, ending: refused }, { body }]), [0, 1]);
});
