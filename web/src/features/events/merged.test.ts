import { expect, test } from "vitest";

import { KEPT, merged } from "./merged";

const event = (cursor: string, second: number) => ({ cursor, at: new Date(second * 1000).toISOString() });
const names = (events: readonly { cursor: string }[]) => events.map(({ cursor }) => cursor).join("");

test("the newest comes first, wherever it came from", () => {
  const known = [event("d", 4), event("b", 2)];
  expect(names(merged(known, [event("c", 3), event("a", 1)]))).toBe("dcba");
});

test("events of one transaction keep the order of the log, whichever of them was heard of first", () => {
  expect(names(merged([event("b", 1)], [event("c", 1), event("b", 1), event("a", 1)]))).toBe("cba");
});

test("each is there once, and only the newest are kept", () => {
  const many = Array.from({ length: KEPT + 50 }, (_, index) => event(String(index), KEPT + 50 - index));
  const once = merged(many.slice(0, 100), many);
  expect(once).toHaveLength(KEPT);
  expect(once[0]?.cursor).toBe("0");
  expect(new Set(once.map(({ cursor }) => cursor)).size).toBe(KEPT);
});
