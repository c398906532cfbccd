import { expect, test } from "vitest";

import { landing } from "./roles";

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
