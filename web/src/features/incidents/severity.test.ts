import { expect, test } from "vitest";

import { atLeast, worstFirst } from "./severity";

test("the worst stands at the top, the newest of its kind first (S75)", () => {
  const incidents = [
    ["new", "LOW"],
    ["newer", "CRITICAL"],
    ["old", "CRITICAL"],
    ["older", "HIGH"],
  ] as const;
  const sorted = worstFirst(incidents.map(([name, severity]) => ({ name, severity })));
  expect(sorted.map(({ name }) => name)).toEqual(["newer", "old", "older", "new"]);
});

test("of a severity and worse", () => {
  expect(atLeast("HIGH")).toEqual(["CRITICAL", "HIGH"]);
});
