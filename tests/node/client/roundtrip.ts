// Does with the generated client what a client does, and prints as JSON what came of it. The types are those of the server that is
// asked: tests/e2e/client.rs generates ./ensemble.d.ts from its document.

import createClient from 'openapi-fetch';

import type { components, paths } from './ensemble.js';

type Problem = components['schemas']['Problem'];

const { ENSEMBLE_URL: baseUrl, DIRECTOR_TOKEN, ASSISTANT_TOKEN } = process.env;
const clientOf = (token?: string) =>
  createClient<paths, 'application/json' | 'application/problem+json'>({
    baseUrl,
    headers: { Authorization: `Bearer ${token}` },
  });
const director = clientOf(DIRECTOR_TOKEN);
const assistant = clientOf(ASSISTANT_TOKEN);

/** What is expected, or the end. */
function got<T>(answer: { data?: T; error?: Problem; response: Response }): { data: T; response: Response } {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.status}: ${answer.error?.detail}`);
  }
  return { data: answer.data, response: answer.response };
}

/** The problem that is expected, or the end. */
function refused(answer: { data?: unknown; error?: Problem; response: Response }): Problem {
  if (answer.error === undefined) {
    throw new Error(`${answer.response.status}, not a problem`);
  }
  return answer.error;
}

const header = { 'Idempotency-Key': crypto.randomUUID() };
const body = { name: 'Nada Haddad', age: 20, gender: 'female' };
const created = got(await director.POST('/actors', { params: { header }, body }));
const again = got(await director.POST('/actors', { params: { header }, body }));
const path = { id: created.data.actor.id };

const read = got(await assistant.GET('/actors/{id}', { params: { path } }));
const tag = read.response.headers.get('ETag') ?? '';
const known = await assistant.GET('/actors/{id}', { params: { path, header: { 'If-None-Match': tag } } });

const change = (name: string) =>
  director.PATCH('/actors/{id}', { params: { path, header: { 'If-Match': tag } }, body: { name } });
const changed = got(await change('Nada El-Haddad'));
const stale = refused(await change('Nada Haddad'));

const listed = got(await assistant.GET('/actors', { params: { query: { q: 'el-haddad', sort: '-created_at' } } }));
const forbidden = refused(await assistant.DELETE('/actors/{id}', { params: { path } }));
const deleted = got(await director.DELETE('/actors/{id}', { params: { path } }));
const gone = refused(await assistant.GET('/actors/{id}', { params: { path } }));
const restored = got(await director.POST('/actors/{id}/restore', { params: { path } }));
const invalid = refused(await director.POST('/actors', { body: { ...body, age: 121 } }));

const places = invalid.errors?.map((flaw) => ('pointer' in flaw ? flaw.pointer : undefined));
console.log(
  JSON.stringify({
    created: [created.response.status, created.data.actor.name, created.data.actor.age],
    again: [again.response.headers.get('Idempotency-Replayed'), again.data.actor.id === path.id],
    read: [read.data.actor.version, tag],
    known: [known.response.status],
    changed: [changed.data.actor.version, changed.data.actor.name],
    stale: [stale.status, stale.type],
    listed: [listed.data.total, listed.data.actors.map((actor) => actor.id === path.id)],
    forbidden: [forbidden.status, forbidden.type, forbidden.needs],
    deleted: [deleted.data.deleted === path.id],
    gone: [gone.status, gone.type],
    restored: [restored.data.actor.id === path.id, restored.data.actor.version],
    invalid: [invalid.status, places],
  }),
);
