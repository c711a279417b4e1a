// How the console writes days and sizes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const FORMAT = '../../../crates/console/static/format.js';
const { day, instant, size } = await import(FORMAT);

test('a day is the same in every time zone, and an instant is not', async () => {
  const written = {};
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    process.env.TZ = zone;
    // As a page that is opened there loads it.
    const there = await import(`${FORMAT}?${zone}`);
    assert.equal(there.day('2027-05-07'), '7 May 2027', zone);
    written[zone] = there.instant('2027-05-07T12:00:00Z');
  }
  assert.deepEqual(written, { 'Pacific/Kiritimati': '8 May 2027, 02:00', 'Pacific/Pago_Pago': '7 May 2027, 01:00' });
});

test('what is not there is a dash', () => {
  assert.deepEqual([day(null), day(undefined), instant(null)], ['—', '—', '—']);
});

test('a size is never nothing', () => {
  assert.deepEqual([size(1), size(1000), size(20_000_000)], ['1 kB', '1 kB', '20.0 MB']);
});
