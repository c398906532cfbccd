import { expect, test } from "vitest";

import { targetOf, VISITOR } from "./person";

const ANNA = { id: "VXNlcjox", name: "Anna Arch", email: "anna@example.org" };
const JOHN = { id: "VXNlcjoy", name: "Johanna", email: "johanna@example.org" };

test.each([
  ["anna@example.org", [JOHN, ANNA], ANNA.id, "the account Anna Arch · anna@example.org"],
  ["Anna@Example.org ", [ANNA], ANNA.id, "the account Anna Arch · anna@example.org"],
  ["anna@ex", [ANNA], ANNA.id, "the account Anna Arch · anna@example.org"],
  ["VXNlcjox", [ANNA], ANNA.id, "the account Anna Arch · anna@example.org"],
  [
    "a@example.org",
    [ANNA, JOHN],
    "a@example.org",
    "the targeting key “a@example.org” (2 accounts match: choose one from the list)",
  ],
  ["anna", [ANNA], "anna", "the targeting key “anna” (1 account matches: choose one from the list)"],
  ["device-17", [], "device-17", "the targeting key “device-17” (no supplier or couple matches)"],
])("%s", (text, found, key, told) => {
  expect(targetOf(text, found)).toEqual({ key, told });
});

test("nothing typed is a visitor", () => {
  expect(targetOf("  ", [ANNA])).toBe(VISITOR);
});
