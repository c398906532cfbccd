/** The SDL, as graphql-eslint reads it. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const eslint = new ESLint({ cwd: path('../..'), overrideConfigFile: path('eslint.config.mjs') });

const found = (results) =>
  results.flatMap(({ messages }) => messages.map(({ line, ruleId, message }) => `${line}: ${ruleId ?? ''} ${message}`));

test('graphql-eslint finds nothing in the schema', async () => {
  assert.deepEqual(found(await eslint.lintFiles('schema/schema.graphql')), []);
});

test('it would find what has no description', async () => {
  const text = 'type Query { now: Int }';
  const lines = found(await eslint.lintText(text, { filePath: 'schema/schema.graphql' }));
  assert.ok(lines.some((line) => line.includes('require-description')), lines.join());
});
