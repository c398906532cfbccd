import { expect, test } from "vitest";

import { counted, listed, parted, sentenceCase, unbroken } from "./format";

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

test("a long word breaks at its joints, and none of it is lost", () => {
  expect(parted("mvp_step_one")).toEqual(["mvp_", "step_", "one"]);
  expect(parted("ana.b-c@example.org")).toEqual(["ana", ".b-", "c", "@example", ".org"]);
  expect(parted("")).toEqual([""]);
});

test("a unit stays with its number, and a word with its own line", () => {
  expect(unbroken("709 ms > 500 ms in 60 s, 87 samples")).toBe("709\u00a0ms > 500\u00a0ms in 60\u00a0s, 87 samples");
  expect(unbroken("0 % to 100 %: 2 suppliers, 3 days")).toBe("0\u00a0% to 100\u00a0%: 2 suppliers, 3 days");
});
