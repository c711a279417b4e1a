// Applies config/auth0/tenant.yaml with auth0-deploy-cli to a new tenant that is not there, and prints what the tool would have
// sent to it: a list of [method, path, body], on the last line of standard output. The tool checks the file by its own schema first.

import { fileURLToPath } from 'node:url';

import tool from 'auth0-deploy-cli';
import schemaModule from 'auth0-deploy-cli/lib/tools/auth0/schema.js';

const sent = [];

// The Management API of a tenant that holds nothing yet.
globalThis.fetch = async (request, options = {}) => {
  const { pathname } = new URL(request.url ?? request);
  const method = options.method ?? request.method ?? 'GET';
  if (method === 'GET') {
    return Response.json([]);
  }
  const body = JSON.parse(options.body);
  sent.push([method, pathname, body]);
  return Response.json({ id: body.name, ...body }, { status: 201 });
};

// The schema of everything that a tenant may have takes many seconds to compile; these are the kinds that the file may have.
const kinds = ['resourceServers', 'clients', 'roles', 'include', 'exclude'];
const schema = schemaModule.default;
schema.properties = Object.fromEntries(kinds.map((kind) => [kind, schema.properties[kind]]));

await tool.deploy({
  input_file: fileURLToPath(new URL('../../config/auth0/tenant.yaml', import.meta.url)),
  config: {
    AUTH0_DOMAIN: 'tenant.test',
    AUTH0_ACCESS_TOKEN: 'none',
    AUTH0_KEYWORD_REPLACE_MAPPINGS: { API_AUDIENCE: 'https://ensemble.test/api', PUBLIC_URL: 'http://127.0.0.1:5000' },
  },
});
console.log(JSON.stringify(sent));
