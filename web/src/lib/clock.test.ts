import { expect, test } from "vitest";

import { Clock } from "./clock";

const NOON = Date.parse("2027-01-01T12:00:00Z");

test("a clock that is wrong is set right by what the server says", () => {
  const clock = new Clock();
  clock.heard("Fri, 01 Jan 2027 12:05:00 GMT", NOON);
  expect(clock.at(NOON)).toBe(NOON + 300_000);
  clock.heard("Fri, 01 Jan 2027 12:00:01 GMT", NOON); // set by its owner meanwhile
  expect(clock.at(NOON)).toBe(NOON);
});

test.each([null, "", "soon"])("an answer without a date (%o) says nothing", (date) => {
  const clock = new Clock();
  clock.heard("Fri, 01 Jan 2027 11:00:00 GMT", NOON);
  clock.heard(date, NOON);
  expect(clock.at(NOON)).toBe(NOON - 3_600_000);
});
