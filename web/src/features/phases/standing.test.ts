import { expect, test } from "vitest";

import { standingOf, type Status } from "./standing";

const STATUS = {
  verdict: "FAILING",
  explanation: "",
  value: 3.1,
  unit: "%",
  since: null,
  criterion: {
    key: "error_rate",
    metric: "error_rate",
    aggregation: "AVG",
    windowSeconds: 60,
    action: "ROLLBACK",
    threshold: 2,
    comparator: "LTE",
    dryRun: false,
  },
} as Status;

test("name, value, limit and distance of a criterion (U5)", () => {
  expect(standingOf(STATUS)).toEqual({
    name: "Error rate",
    measures: "avg of error_rate over 60\u00a0s",
    value: "3.1\u00a0%",
    limit: "≤ 2\u00a0%",
    distance: "1.1\u00a0% above the limit",
  });
});

test.each([
  ["GTE", 95, 96.5, "1.5\u00a0% above the limit"],
  ["GTE", 95, 90, "5\u00a0% below the limit"],
  ["LT", 0.1, 0.1 + 1e-12, "at the limit"],
  ["EQ", 1225, 709, "516\u00a0% below the limit"],
] as const)("%s %d with %d", (comparator, threshold, value, distance) => {
  expect(standingOf({ ...STATUS, value, criterion: { ...STATUS.criterion, comparator, threshold } }).distance).toBe(
    distance,
  );
});

test("nothing measured is no value, and no distance", () => {
  expect(standingOf({ ...STATUS, value: null })).toMatchObject({ value: "no value", distance: undefined });
});
