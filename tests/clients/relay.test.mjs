/** Relay: its compiler takes our SDL, its runtime our pages, nodes and global ids. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import compiler from 'relay-compiler';
import runtime from 'relay-runtime';
import { headers, url } from './launch.mjs';

const { createOperationDescriptor, Environment, fetchQuery, Network, RecordSource, Store } = runtime;

const SOURCE = `
graphql\`
  fragment Flags_page on Query
  @argumentDefinitions(count: {type: "Int", defaultValue: 2}, cursor: {type: "String"})
  @refetchable(queryName: "FlagsPageQuery") {
    featureFlags(first: $count, after: $cursor) @connection(key: "Flags_featureFlags") {
      edges { node { key ...Flags_flag } }
    }
  }\`;
graphql\`
  fragment Flags_flag on FeatureFlag @refetchable(queryName: "FlagsFlagQuery") { id key enabled }\`;
graphql\`query FlagsQuery { ...Flags_page }\`;
graphql\`query FlagsNodesQuery($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }\`;
graphql\`
  mutation FlagsToggleMutation($key: String!) {
    toggleFeatureFlag(input: {key: $key, enabled: true}) { flag { id enabled } errors { code } }
  }\`;
graphql\`subscription FlagsViewerSubscription { viewerFlags { version } }\`;
`;

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
after(() => rmSync(folder, { recursive: true }));

function compile() {
  mkdirSync(join(folder, 'src', 'out'), { recursive: true });
  cpSync(new URL('../../schema/schema.graphql', import.meta.url), join(folder, 'schema.graphql'));
  writeFileSync(join(folder, 'src', 'Flags.js'), SOURCE);
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', artifactDirectory: './src/out', eagerEsModules: false };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  execFileSync(compiler, ['relay.config.json'], { cwd: folder, stdio: 'pipe' });
  const load = createRequire(join(folder, 'package.json'));
  return (name) => load(`./src/out/${name}.graphql.js`);
}

async function answer(request, variables) {
  const sent = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query: request.text, variables }) };
  return (await fetch(url, sent)).json();
}

test('compiled pages, refetches of nodes, and mutations work', async () => {
  const artifact = compile();
  const environment = new Environment({ network: Network.create(answer), store: new Store(new RecordSource()) });
  const ask = (name, variables = {}) => fetchQuery(environment, artifact(name), variables).toPromise();
  const lookup = (name, variables) => environment.lookup(createOperationDescriptor(artifact(name), variables).fragment).data;

  await ask('FlagsPageQuery', { count: 2, cursor: null });
  const text = artifact('FlagsPageQuery').params.text;
  const pages = [];
  for (let cursor = null, more = true; more; ) {
    const { data } = await answer({ text }, { count: 2, cursor });
    pages.push(...data.featureFlags.edges.map((edge) => edge.node));
    more = data.featureFlags.pageInfo.hasNextPage;
    cursor = data.featureFlags.pageInfo.endCursor;
  }
  assert.ok(pages.length > 2);
  assert.equal(new Set(pages.map((node) => node.id)).size, pages.length);

  const [{ id, key }] = pages;
  await ask('FlagsFlagQuery', { id });
  assert.ok(lookup('FlagsFlagQuery', { id }).node);
  const { nodes } = await ask('FlagsNodesQuery', { ids: [id] });
  assert.deepEqual(nodes, [{ __typename: 'FeatureFlag', id }]);

  const operation = createOperationDescriptor(artifact('FlagsToggleMutation'), { key });
  await environment.executeMutation({ operation }).toPromise();
  assert.equal(environment.getStore().getSource().get(id).enabled, true);
});
