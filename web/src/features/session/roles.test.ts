import { expect, test } from "vitest";

import { landing, setupOf } from "./roles";

test.each([
  ["/clients?status=invited", "/clients?status=invited"],
  [null, "/home"],
  ["", "/home"],
  ["https://elsewhere.example", "/home"],
  ["//elsewhere.example", "/home"],
  ["/\\elsewhere.example", "/home"],
  ["javascript:alert(1)", "/home"],
])("after the log-in %s leads to %s", (next, expected) => {
  expect(landing(next, "/home")).toBe(expected);
});

test.each([
  ["COUPLE", "/onboarding/basic-details", "/profile"],
  ["COUPLE", "/onboarding/first-connection", "/overview"],
  ["COUPLE", "/clients", undefined],
  ["ADMIN", "/onboarding/basic-details", undefined],
] as const)("%s at %s goes on to %s", (role, pathname, expected) => {
  expect(setupOf(role, pathname)).toBe(expected);
});
