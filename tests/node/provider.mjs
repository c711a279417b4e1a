// An OpenID provider on loopback that gives out access tokens, and whose signing keys can be changed while it runs.
//
//   node provider.mjs [PORT]
//
// The first line on standard output is the issuer. A client named `casting`, with the secret `secret`, gets tokens from
// ISSUER/token by client_credentials, for whatever `resource` it names, with those of the eight permissions that it asks for as
// `scope`. Lines on standard input change the keys, and each is answered by one line:
//
//   rotate   makes a new key and signs with it from now on; the former keys stay published
//   remove   publishes the newest key only
//
// It ends with its standard input. Everybody knows the secret: this is for trying things out.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

// Its notices say what would have to be changed for production, which this is not for.
console.info = console.warn = () => {};
const { Provider } = await import('oidc-provider');

const permissions = ['actors', 'movies'].flatMap((what) => ['get', 'post', 'patch', 'delete'].map((verb) => `${verb}:${what}`));

const newKey = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  alg: 'RS256',
  use: 'sig',
});

const providerOf = (issuer, keys) =>
  new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ['no cookie is ever set'] },
    clients: [
      {
        client_id: 'casting',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          audience: resource,
          scope: permissions.join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: 'RS256', kid: keys[0].kid } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => ({ permissions: token.scope?.split(' ') ?? [] }),
  });

let keys = [newKey()];
let answer;
const server = createServer((request, response) => answer(request, response));

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const publish = (newKeys) => {
    keys = newKeys;
    answer = providerOf(issuer, keys).callback();
  };
  const commands = {
    rotate: () => publish([newKey(), ...keys]),
    remove: () => publish(keys.slice(0, 1)),
  };
  publish(keys);
  console.log(issuer);
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const command = commands[line.trim()];
      command?.();
      console.log(command ? `${line.trim()}: ${keys.map((key) => key.kid).join(' ')}` : 'rotate or remove?');
    })
    .on('close', () => process.exit());
});
