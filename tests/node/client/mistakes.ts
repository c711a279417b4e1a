// What must not compile. Each line with a mistake names the error that it has, and no other line has any.

import createClient from 'openapi-fetch';

import type { components, paths } from './ensemble.js';

type ActorChanges = components['schemas']['ActorChanges'];

const ensemble = createClient<paths, 'application/json' | 'application/problem+json'>();
const path = { id: 1 };

const { data, error } = await ensemble.GET('/actors/{id}', { params: { path } });
console.log(data?.actor.name);
console.log(data?.actor.nmae); // TS2339
console.log(data?.movie); // TS2339
console.log(error?.detail);
console.log(error?.detial); // TS2551
console.log(error?.type === '/problems/not-found');
console.log(error?.type === '/problems/not-here'); // TS2367

await ensemble.GET('/actor'); // TS2554
await ensemble.PUT('/actors/{id}', { params: { path } }); // TS2345
await ensemble.GET('/actors/{id}'); // TS2554
await ensemble.GET('/actors/{id}', { params: { path: { id: 'one' } } }); // TS2322
await ensemble.GET('/actors', { params: { query: { limit: 5, sort: '-age' } } });
await ensemble.GET('/actors', { params: { query: { limt: 5 } } }); // TS2561
await ensemble.GET('/actors', { params: { query: { sort: 'height' } } }); // TS2322
await ensemble.POST('/actors', { body: { name: 'Nada Haddad', age: 20, gender: 'female' } });
await ensemble.POST('/actors', { body: { nmae: 'Nada Haddad', age: 20, gender: 'female' } }); // TS2353
await ensemble.POST('/actors', { body: { name: 'Nada Haddad', age: 20 } }); // TS2322
await ensemble.PATCH('/actors/{id}', { params: { path }, body: { name: 'Nada Haddad' } satisfies ActorChanges });
await ensemble.PATCH('/actors/{id}', { params: { path }, body: { nmae: 'Nada Haddad' } satisfies ActorChanges }); // TS2353
await ensemble.PATCH('/actors/{id}', { params: { path }, body: { name: 5 } }); // TS2322
await ensemble.POST('/movies/{id}/cast', { params: { path }, body: { actor_id: 1, status: 'boked' } }); // TS2820
