import { expect, test } from "vitest";

import { merged, withColumn } from "./fields";

const columns = [
  { position: 1, field: "COUPLE_NAMES" as const },
  { position: 2, field: "EMAIL" as const },
  { position: 3, field: null },
];

test("a field moves to the column that was chosen last", () => {
  expect(withColumn(columns, 3, "EMAIL")).toEqual(["COUPLE_NAMES", null, "EMAIL"]);
  expect(withColumn(columns, 1, null)).toEqual([null, "EMAIL", null]);
});

test("a later correction of a cell replaces an earlier one", () => {
  const before = [
    { row: 2, field: "EMAIL" as const, value: "a" },
    { row: 3, field: "NOTES" as const, value: "b" },
  ];
  expect(merged(before, { "2:EMAIL": "c", "4:COUPLE_NAMES": "d" })).toEqual([
    { row: 2, field: "EMAIL", value: "c" },
    { row: 3, field: "NOTES", value: "b" },
    { row: 4, field: "COUPLE_NAMES", value: "d" },
  ]);
});
