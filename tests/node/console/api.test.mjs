// What is sent again, and what is not: nobody waits for what will not come, and nothing is done twice.

import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';

const { createApi, Refusal, Unreachable } = await import('../../../crates/console/static/api.js');

const session = { token: () => 'token', expired: mock.fn() };
const api = createApi(session);
const ok = () => Response.json({ success: true });
const refused = (status, headers = {}) =>
  Response.json({ type: '/problems/x', detail: 'so', status }, { status, headers });
const broken = () => {
  throw new TypeError('fetch failed');
};
const SOON = { 'Retry-After': '0' };

/** Answers these in turn; the last for good. The requests are what it was asked. */
function answering(...answers) {
  const requests = [];
  globalThis.fetch = async (_, request) => {
    requests.push(request);
    return answers[Math.min(requests.length, answers.length) - 1]();
  };
  return requests;
}

afterEach(() => session.expired.mock.resetCalls());

test('a request that may have been lost is sent again under the same key', async () => {
  for (const lost of [broken, () => refused(502), () => refused(503, SOON), () => refused(409, SOON)]) {
    const requests = answering(lost, ok);
    await api.post('/actors', { body: {} });
    const keys = requests.map(({ headers }) => headers.get('Idempotency-Key'));
    assert.equal(requests.length, 2);
    assert.equal(keys[0], keys[1]);
  }
});

test('a change is sent once, unless it was refused for coming too often', async () => {
  for (const answer of [broken, () => refused(502), () => refused(503, SOON)]) {
    const requests = answering(answer, ok);
    await assert.rejects(api.patch('/actors/7', { body: {}, version: 1 }));
    assert.equal(requests.length, 1);
  }
  const requests = answering(() => refused(429, SOON), ok);
  await api.patch('/actors/7', { body: {}, version: 1 });
  assert.equal(requests.length, 2);
});

test('it is given up after three times, and not begun to wait for long', async () => {
  const three = answering(broken);
  await assert.rejects(api.get('/actors'), Unreachable);
  assert.equal(three.length, 3);
  const once = answering(() => refused(503, { 'Retry-After': '60' }));
  await assert.rejects(api.get('/actors'), Refusal);
  assert.equal(once.length, 1);
});

test('what is not of the server, and what breaks off, is no answer', async () => {
  answering(() => new Response('<h1>Welcome to this hotel</h1>'));
  await assert.rejects(api.get('/actors'), Unreachable);
});

test('a refused token ends the session it was of, and no later one', async () => {
  answering(() => refused(401));
  await assert.rejects(api.get('/actors'), Refusal);
  assert.equal(session.expired.mock.callCount(), 1);
  let token = 'first';
  const later = createApi({ ...session, token: () => token });
  answering(() => {
    token = 'second';
    return refused(401);
  });
  await assert.rejects(later.get('/actors'), Refusal);
  assert.equal(session.expired.mock.callCount(), 1);
});
