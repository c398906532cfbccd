/** Where the tests find the graph, and who they are. */
export const base = process.env.BASE_URL;
export const url = `${base}/graphql`;
export const socketUrl = url.replace(/^http/, 'ws');
export const token = process.env.TOKEN;
export const headers = { authorization: `Bearer ${token}` };

/** The first value of an async iterator, which is closed then. */
export async function first(iterator) {
  for await (const value of iterator) return value;
  throw new Error('the stream ended without a value');
}
