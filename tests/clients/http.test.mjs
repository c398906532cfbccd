/** GraphQL over HTTP: the official audit, every MUST, SHOULD and MAY of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditServer } from 'graphql-http';
import { url } from './launch.mjs';

test('the audit of graphql-http finds nothing', async () => {
  const results = await auditServer({ url, fetchFn: fetch });
  const found = results.filter((result) => result.status !== 'ok');
  assert.deepEqual(found.map((result) => `${result.status}: ${result.name}`), []);
  assert.ok(results.length > 50);
});
