// Applies config/auth0/tenant.yaml with auth0-deploy-cli to a new tenant that is not there, and prints what the tool would have
// sent to it: a list of [method, path, body], on the last line of standard output. The tool checks the file by its own schema first.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
assert.ok(kinds.every((kind) => schema.properties[kind]) && schema.additionalProperties === false);
schema.properties = Object.fromEntries(kinds.map((kind) => [kind, schema.properties[kind]]));

const deploy = (file) =>
  tool.deploy({
    input_file: file,
    config: {
      AUTH0_DOMAIN: 'tenant.test',
      AUTH0_ACCESS_TOKEN: 'none',
      AUTH0_KEYWORD_REPLACE_MAPPINGS: {
        API_AUDIENCE: 'https://ensemble.test/api',
        PUBLIC_URL: 'http://127.0.0.1:5000',
      },
    },
  });
const file = fileURLToPath(new URL('../../config/auth0/tenant.yaml', import.meta.url));

// A schema that found no fault in anything would prove nothing: each of these is one. Not every member is in it, though: what counts
// is compared by tests/e2e/tenant.rs.
const folder = mkdtempSync(join(tmpdir(), 'tenant-'));
for (const [right, wrong] of [
  ['enforce_policies: true', 'enforce_policies: 5'],
  ['app_type: spa', 'app_type: 5'],
  ['permission_name: get:actors', 'permission_name: 5'],
  ['roles:', 'ranks:'],
]) {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(right), right);
  const bad = join(folder, 'tenant.yaml');
  writeFileSync(bad, text.replace(right, wrong));
  await assert.rejects(deploy(bad), /Schema validation failed/, wrong);
}
rmSync(folder, { recursive: true });
assert.deepEqual(sent, []);

await deploy(file);
console.log(JSON.stringify(sent));
