import { expect, test } from "vitest";

import { daysUntil, plainDate, today, untilWords } from "./dates";

const NOON = new Date(2027, 5, 12, 12, 0); // where the reader is, west of Greenwich

test("a wedding day is the same day in every zone", () => {
  expect(plainDate("2027-06-12", "long")).toContain("12");
  expect(plainDate("2027-01-01", "long")).toContain("2027");
});

test("today is the reader's day, also late in the evening", () => {
  expect(today(new Date(2027, 0, 9, 23, 59))).toBe("2027-01-09");
});

test.each([
  ["2027-06-12", 0, "today"],
  ["2027-06-13", 1, "tomorrow"],
  ["2027-06-11", -1, "yesterday"],
  ["2027-11-08", 149, "in 149 days"], // over the end of summer time
  ["2026-06-12", -365, "365 days ago"],
])("%s is %i days away: %s", (day, days, words) => {
  expect(daysUntil(day, NOON)).toBe(days);
  expect(untilWords(day, NOON)).toBe(words);
});

test("the last minute of a day still is that day", () => {
  expect(daysUntil("2027-06-13", new Date(2027, 5, 12, 23, 59))).toBe(1);
});
