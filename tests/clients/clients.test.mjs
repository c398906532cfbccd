/** The clients that people use, unchanged: queries, mutations, errors as data, streams. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ApolloClient, gql, HttpLink, InMemoryCache, split } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { GraphQLClient, ClientError } from 'graphql-request';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import { first, headers, socketUrl, url } from './launch.mjs';

const FLAGS = `query ($first: Int) { featureFlags(first: $first) { nodes { id key enabled } } }`;
const TOGGLE = `mutation ($key: String!) {
  toggleFeatureFlag(input: {key: $key, enabled: true}) {
    flag { key enabled }
    errors { code path }
  }
}`;
const VIEWER = `subscription { viewerFlags { version flags { key } } }`;
const HEALTH = `subscription { systemHealth { overall } }`;
const FORBIDDEN = `{ systemHealth { overall } }`;

const socket = createSocket({ url: socketUrl, connectionParams: { Authorization: headers.authorization } });
after(() => socket.dispose());
const [{ key }] = (await new GraphQLClient(url, { headers }).request(FLAGS)).featureFlags.nodes;

test('graphql-ws: a query, a stream, an error, and the end of a stream', async () => {
  assert.equal((await first(socket.iterate({ query: FLAGS }))).data.featureFlags.nodes[0].key, key);
  assert.ok((await first(socket.iterate({ query: HEALTH }))).data.systemHealth.overall);
  await assert.rejects(first(socket.iterate({ query: '{ nowhere }' })), (errors) => errors[0].extensions.code === 'BAD_USER_INPUT');
});

test('graphql-sse in distinct connections mode: a stream, a query, an error', async () => {
  const client = createSse({ url, headers });
  assert.ok((await first(client.iterate({ query: HEALTH }))).data.systemHealth.overall);
  const results = [];
  for await (const result of client.iterate({ query: FLAGS })) results.push(result);
  assert.equal(results.length, 1);
  assert.equal(results[0].data.featureFlags.nodes[0].key, key);
  const failed = await first(client.iterate({ query: '{ nowhere }' }));
  assert.equal(failed.errors[0].extensions.code, 'BAD_USER_INPUT');
  client.dispose();
});

test('Apollo Client: cache, mutation, failures as data, errors, a stream', async () => {
  const http = new HttpLink({ uri: url, headers });
  const live = ({ query }) => getMainDefinition(query).operation === 'subscription';
  const client = new ApolloClient({ link: split(live, new GraphQLWsLink(socket), http), cache: new InMemoryCache() });
  const read = await client.query({ query: gql(FLAGS) });
  assert.equal(read.data.featureFlags.nodes[0].key, key);
  const done = await client.mutate({ mutation: gql(TOGGLE), variables: { key } });
  assert.equal(done.data.toggleFeatureFlag.flag.enabled, true);
  const failed = await client.mutate({ mutation: gql(TOGGLE), variables: { key: 'nowhere' } });
  assert.equal(failed.data.toggleFeatureFlag.errors[0].code, 'NOT_FOUND');
  await assert.rejects(client.query({ query: gql`{ nowhere }` }), (error) => error.errors[0].extensions.code === 'BAD_USER_INPUT');
  const value = await new Promise((resolve, reject) => {
    const end = client.subscribe({ query: gql(VIEWER) }).subscribe({
      next: (found) => { resolve(found); setImmediate(() => end.unsubscribe()); },
      error: reject,
    });
  });
  assert.ok(value.data.viewerFlags.version > 0);
  client.stop();
});

test('urql: query, GET, error, and its own stream of events', async () => {
  const options = { url, exchanges: [cacheExchange, fetchExchange], fetchOptions: { headers } };
  for (const preferGetMethod of [false, true]) {
    const client = new Client({ ...options, preferGetMethod });
    const read = await client.query(FLAGS, {}).toPromise();
    assert.equal(read.error, undefined);
    assert.equal(read.data.featureFlags.nodes[0].key, key);
  }
  const client = new Client({ ...options, fetchSubscriptions: true });
  const refused = await client.query('{ nowhere }', {}).toPromise();
  assert.equal(refused.error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
  const value = await new Promise((resolve) => {
    const end = client.subscription(VIEWER, {}).subscribe((found) => {
      resolve(found);
      setImmediate(() => end.unsubscribe());
    });
  });
  assert.equal(value.error, undefined);
  assert.ok(value.data.viewerFlags.version > 0);
});

test('graphql-request: data, and errors with their codes', async () => {
  const client = new GraphQLClient(url, { headers });
  assert.equal((await client.request(FLAGS, { first: 1 })).featureFlags.nodes.length, 1);
  const visitor = new GraphQLClient(url);
  await assert.rejects(
    visitor.request(FORBIDDEN),
    (error) => error instanceof ClientError && error.response.errors[0].extensions.code === 'UNAUTHENTICATED',
  );
});
