// The page announces every module of the first screen, so that none waits until another that imports it has come.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const STATIC = new URL('../../../crates/console/static/', import.meta.url);
const read = (name) => readFileSync(new URL(name, STATIC), 'utf8');

/** That module and all that it imports, directly or not. */
function withImports(name, known = new Set()) {
  if (known.has(name)) return known;
  known.add(name);
  for (const [, target] of read(name).matchAll(/^(?:import .*|\} )from '(.+)';$/gm)) {
    withImports(new URL(target, new URL(name, STATIC)).href.slice(STATIC.href.length), known);
  }
  return known;
}

test('the page announces the modules of the first screen, and no others', () => {
  const announced = [...read('index.html').matchAll(/modulepreload" href="(.+?)"/g)].map(([, name]) => name);
  const needed = new Set([...withImports('main.js'), ...withImports('screens/sign-in.js')]);
  needed.delete('main.js');
  assert.deepEqual(announced.toSorted(), [...needed].toSorted());
});
