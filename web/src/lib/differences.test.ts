import { expect, test } from "vitest";

import { differences, fieldName, shown } from "./differences";

test("only what moved is a difference, and the version says nothing", () => {
  const before = { enabled: false, rolloutPercentage: 25, targetGroups: ["couple"], version: 3 };
  const after = { enabled: true, rolloutPercentage: 25, targetGroups: ["couple"], version: 4 };
  expect(differences(before, after)).toEqual([{ field: "enabled", from: false, to: true }]);
});

test("of what is new, empty fields are left out", () => {
  const found = differences(null, { name: "Beta", description: null, targetGroups: [], enabled: false });
  expect(found.map(({ field }) => field)).toEqual(["name", "enabled"]);
});

test("what is not there has no differences", () => {
  expect(differences(null, null)).toEqual([]);
  expect(differences("text", 7)).toEqual([]);
});

test("values are words", () => {
  expect([true, null, [], ["a", "b"], 40].map((value) => shown(value))).toEqual(["yes", "none", "none", "a, b", "40"]);
  expect(shown([{ percentage: 10 }, { percentage: 100 }])).toBe("10 %, 100 %");
  expect(shown([{ key: "errors", threshold: 2 }])).toBe("errors");
  expect([0, 25].map((value) => shown(value, "rolloutPercentage"))).toEqual(["0 %", "25 %"]);
  expect(fieldName("rolloutPercentage")).toBe("rollout percentage");
});
