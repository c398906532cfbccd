import { expect, test } from "vitest";

import { complaint, lookOf, silence, type Standing } from "./checks";

const EMAIL: Standing = { type: "EMAIL", status: "HEALTHY", stale: false, checkedAt: "2027-01-01T00:00:00Z" };

test.each([
  [{ status: "HEALTHY" }, "Healthy", "teal", undefined],
  [{ status: "WARNING" }, "Warning", "yellow", undefined],
  [{ status: "CRITICAL" }, "Critical", "red", "E-mail is down"],
  [{ status: "UNKNOWN" }, "No answer", "red", "E-mail does not answer"],
  [{ status: "UNKNOWN", stale: true }, "No data", "gray", undefined],
  [{ status: "UNKNOWN", stale: true, checkedAt: null }, "Not checked", "gray", undefined],
] as const)("%o is %s, %s, and is said: %s (S75)", (change, label, color, said) => {
  const check = { ...EMAIL, ...change };
  expect(lookOf(check)).toEqual({ label, color });
  expect(complaint(check)).toBe(said);
});

test("whatever is red is said in an alarm, and nothing else is", () => {
  for (const status of ["HEALTHY", "WARNING", "CRITICAL", "UNKNOWN"] as const) {
    for (const stale of [true, false]) {
      const check = { ...EMAIL, status, stale };
      expect(complaint(check) !== undefined).toBe(lookOf(check).color === "red");
    }
  }
});

test("what nobody looks at any more is named once for all", () => {
  const old = { ...EMAIL, status: "UNKNOWN", stale: true } as const;
  expect(silence([EMAIL])).toBeUndefined();
  expect(silence([{ ...old, type: "DATABASE" }, { ...old, type: "AUTH" }, old])).toBe(
    "No recent data for the database, log-in and e-mail",
  );
  expect(silence([{ ...old, checkedAt: null }])).toBeUndefined();
});
