// An OpenID provider on loopback that gives out access tokens, and whose signing keys can be changed while it runs.
//
//   node provider.mjs [PORT] [URL]
//
// The first line on standard output is the issuer. A client named `casting`, with the secret `secret`, gets tokens from
// ISSUER/token by client_credentials, for whatever `resource` it names, with those of the eight permissions that it asks for as
// `scope`.
//
// A client named `console`, without a secret, signs people in by authorization code with PKCE, and is sent back to the URL, such as
// http://127.0.0.1:5000/console/. Whoever signs in chooses one of three accounts on a page that asks for no password: the access
// token is for the `resource` that was asked for, and its claim `permissions` holds those of the account's role.
//
// Lines on standard input change things, and each is answered by one line:
//
//   rotate        makes a new key and signs with it from now on; the former keys stay published
//   remove        publishes the newest key only
//   console URL   sends those who sign in back to this URL from now on
//
// It ends with its standard input. Everybody knows the secret, and is let in: this is for trying things out.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

// Its notices say what would have to be changed for production, which this is not for.
console.info = console.warn = () => {};
const { Provider } = await import('oidc-provider');
const { createMemoryAdapter } = await import('oidc-provider/lib/adapters/memory_adapter.js');

const permissions = ['actors', 'movies'].flatMap((what) =>
  ['get', 'post', 'patch', 'delete'].map((verb) => `${verb}:${what}`),
);

/** What each account is called on the page, and may do. */
const accounts = {
  assistant: { name: 'Casting Assistant', may: ['get:actors', 'get:movies'] },
  director: {
    name: 'Casting Director',
    may: permissions.filter((permission) => !['post:movies', 'delete:movies'].includes(permission)),
  },
  producer: { name: 'Executive Producer', may: permissions },
  newcomer: { name: 'Newcomer', may: [] },
};

const newKey = () => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  alg: 'RS256',
  use: 'sig',
});

const consoleAt = (url) => ({
  client_id: 'console',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: [url],
  post_logout_redirect_uris: [url],
});

/** Whoever has chosen an account has agreed to whatever is asked for, and gets what the account may have of it. */
const loadExistingGrant = async ({ oidc }) => {
  const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope('openid');
  const { may } = accounts[oidc.session.accountId];
  for (const resource of Object.keys(oidc.resourceServers)) {
    grant.addResourceScope(resource, may.join(' '));
    grant.rejectResourceScope(resource, permissions.filter((permission) => !may.includes(permission)).join(' '));
  }
  await grant.save();
  return grant;
};

/** Sessions and codes, which stay when the keys change. */
const adapter = createMemoryAdapter();

const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${body}</html>`;

/** Signs out at once: the question whether to do so is a form, whose answer is given here. */
const logoutSource = (context, form) => {
  const yes = '<input type="hidden" name="logout" value="yes" form="op.logoutForm">';
  context.body = page('Signing out', `${form}${yes}<script>document.forms[0].submit()</script>`);
};

const providerOf = (issuer, keys, url) =>
  new Provider(issuer, {
    adapter,
    jwks: { keys },
    cookies: { keys: ['everybody knows it'] },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant,
    clients: [
      ...(url ? [consoleAt(url)] : []),
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
      rpInitiatedLogout: { enabled: true, logoutSource },
      resourceIndicators: {
        enabled: true,
        // The resource that a code was asked for is the one of the token, whether it is named again or not.
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          audience: resource,
          scope: permissions.join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: 'RS256', kid: keys[0].kid } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => ({
      permissions: accounts[token.accountId]?.may ?? token.scope?.split(' ') ?? [],
    }),
  });

/** The page on which one chooses an account, and what it leads to. */
const interact = async (provider, request, response) => {
  const [, , uid, account] = request.url.split('/');
  if (accounts[account]) {
    await provider.interactionFinished(request, response, { login: { accountId: account } });
    return;
  }
  const link = ([account, { name }]) => `<p><a href="/interaction/${uid}/${account}">${name}</a></p>`;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page('Who are you?', Object.entries(accounts).map(link).join('')));
};

const port = process.argv[2];
let url = process.argv[3];
let keys = [newKey()];
let answer;
const server = createServer((request, response) => answer(request, response));

server.listen(Number(port ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const publish = () => {
    const provider = providerOf(issuer, keys, url);
    const others = provider.callback();
    answer = (request, response) =>
      request.url.startsWith('/interaction/')
        ? interact(provider, request, response).catch((error) => response.writeHead(400).end(error.message))
        : others(request, response);
  };
  const commands = {
    rotate: () => (keys = [newKey(), ...keys]),
    remove: () => (keys = keys.slice(0, 1)),
    console: (newUrl) => (url = newUrl),
  };
  publish();
  console.log(issuer);
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const [name, argument] = line.trim().split(' ');
      const command = commands[name];
      if (command) {
        command(argument);
        publish();
      }
      console.log(
        command ? `${line.trim()}: ${keys.map((key) => key.kid).join(' ')}` : 'rotate, remove or console URL?',
      );
    })
    .on('close', () => process.exit());
});
