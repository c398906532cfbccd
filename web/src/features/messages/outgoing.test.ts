import { expect, test } from "vitest";

import { INTERRUPTED, outgoing, restored } from "./outgoing";

test("a message is on its way until it has arrived", () => {
  const one = outgoing([], { type: "send", key: "a", text: "Hello" });
  expect(one).toEqual([{ key: "a", text: "Hello" }]);
  expect(outgoing(one, { type: "gone", key: "a" })).toEqual([]);
});

test("one that failed keeps its place and says why, and is sent again with the same key", () => {
  let items = outgoing([], { type: "send", key: "a", text: "one" });
  items = outgoing(items, { type: "send", key: "b", text: "two" });
  items = outgoing(items, { type: "failed", key: "a", problem: "No contact" });
  expect(items).toEqual([
    { key: "a", text: "one", problem: "No contact" },
    { key: "b", text: "two" },
  ]);
  items = outgoing(items, { type: "send", key: "a", text: "one" });
  expect(items).toEqual([
    { key: "a", text: "one" },
    { key: "b", text: "two" },
  ]);
});

test("after a reload nobody waits for an answer any more", () => {
  const stored = { items: [{ key: "a", text: "one" }, { key: "b", text: "two", problem: "No contact" }, "nonsense"] };
  expect(restored(stored)).toEqual([
    { key: "a", text: "one", problem: INTERRUPTED },
    { key: "b", text: "two", problem: "No contact" },
  ]);
  expect(restored(undefined)).toEqual([]);
  expect(restored({ items: "nonsense" })).toEqual([]);
});
