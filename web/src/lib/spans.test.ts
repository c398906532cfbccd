import { expect, test } from "vitest";

import { local, span } from "./spans";

test.each([
  [-5, "0 s"],
  [44_600, "45 s"],
  [60_000, "1 min"],
  [3_599_000, "59 min"],
  [7_200_000, "2 h"],
  [7_500_000, "2 h 5 min"],
  [90_000_000, "1 d"],
])("%i ms are %s", (milliseconds, said) => {
  expect(span(milliseconds)).toBe(said.replaceAll(" ", "\u00a0")); // on one line
});

test("what is no moment is not said, and breaks no page", () => {
  expect(local("2027-01-01T12:00:00Z")).toContain("2027");
  expect(["", "auto", "undefined"].map(local)).toEqual(["", "", ""]);
});
