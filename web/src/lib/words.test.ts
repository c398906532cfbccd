import { expect, test } from "vitest";

import { counted, listed, sentenceCase } from "./words";

test("values of the graph are words", () => {
  expect(["ROLLED_BACK", "OPEN"].map(sentenceCase)).toEqual(["Rolled back", "Open"]);
});

test("one is not several", () => {
  expect([0, 1, 2].map((count) => counted(count, "flag"))).toEqual(["0 flags", "1 flag", "2 flags"]);
  expect(counted(2, "user sees", "users see")).toBe("2 users see");
});

test("names in a sentence", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
});
