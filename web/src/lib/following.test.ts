import { expect, test } from "vitest";

import { following } from "./following";

const before = { date: "2027-05-01", name: "Emma" };

test("fields that nobody edits take the values of the other", () => {
  const now = { date: "2027-06-01", name: "Emma" };
  expect(following(before, now, before)).toEqual({ values: now, changed: [] });
});

test("what is being edited stays, and a change of the same field is told", () => {
  const now = { date: "2027-06-01", name: "Emma R." };
  const values = { date: "2027-07-01", name: "Emma" };
  expect(following(before, now, values)).toEqual({
    values: { date: "2027-07-01", name: "Emma R." },
    changed: ["date"],
  });
});

test("one's own change that comes back is no conflict", () => {
  const now = { date: "2027-07-01", name: "Emma" };
  expect(following(before, now, now)).toEqual({ values: now, changed: [] });
});
