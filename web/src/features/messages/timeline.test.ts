import { expect, test } from "vitest";

import { type PageOf, type Timeline, withNews, withPage } from "./timeline";

interface Item {
  position: number;
  revision: number;
}
const item = (position: number, revision = position): Item => ({ position, revision });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => item(from + index));
const page = (from: number, to: number): PageOf<Item> => ({
  nodes: range(from, to),
  pageInfo: { hasPreviousPage: from > 1, startCursor: `c${from}` },
});
const EMPTY: Timeline<Item> = { messages: [] };
const places = ({ messages }: Timeline<Item>) => messages.map(({ position }) => position);

test("the newest page begins it, earlier ones are put before", () => {
  const newest = withPage(EMPTY, page(6, 8));
  expect(newest).toEqual({ messages: range(6, 8), before: "c6" });
  const more = withPage(newest, page(3, 5));
  expect(more).toEqual({ messages: range(3, 8), before: "c3" });
  expect(withPage(more, page(1, 2)).before).toBeUndefined();
});

test("the newest page, read again, keeps what was before it", () => {
  const known = withPage(withPage(EMPTY, page(6, 8)), page(3, 5));
  expect(withPage(known, page(7, 9))).toEqual({ messages: range(3, 9), before: "c3" });
});

test("a page that does not touch what is known replaces it", () => {
  const known = withPage(EMPTY, page(1, 3));
  expect(withPage(known, page(60, 70))).toEqual({ messages: range(60, 70), before: "c60" });
});

test("a page without messages changes nothing", () => {
  expect(withPage(EMPTY, { nodes: [], pageInfo: { hasPreviousPage: false, startCursor: null } })).toBe(EMPTY);
});

test("news are put in their places, each message once and in its newest state", () => {
  const known = withPage(EMPTY, page(6, 8));
  expect(withNews(known, [item(9), item(10)])?.messages).toEqual(range(6, 10));
  expect(withNews(known, [item(7, 12)])?.messages).toEqual([item(6), item(7, 12), item(8)]);
  expect(withNews(withNews(known, [item(7, 12)]) ?? EMPTY, [item(7, 11)])?.messages[1]).toEqual(item(7, 12));
  expect(withNews(EMPTY, [item(1)])?.messages).toEqual([item(1)]);
});

test("what changed before the first shown message is not shown", () => {
  const known = withPage(EMPTY, page(6, 8));
  expect(places(withNews(known, [item(2, 9)]) ?? EMPTY)).toEqual([6, 7, 8]);
});

test("a hole is told, so that it can be read", () => {
  expect(withNews(withPage(EMPTY, page(6, 8)), [item(11)])).toBeNull();
  expect(withNews(EMPTY, [item(4)])).toBeNull();
});
