import { CombinedError } from "@urql/core";
import { expect, test } from "vitest";

import { isForbidden, mayPass, whyNot } from "./queryStatus";

const told = (code: string, message = "No.") =>
  new CombinedError({ graphQLErrors: [{ message, extensions: { code } }] });
const offline = new CombinedError({ networkError: new Error("Failed to fetch") });

test.each([
  ["offline", offline, true],
  ["a fault of the server", told("INTERNAL"), true],
  ["a limit", told("RATE_LIMITED"), true],
  ["no right", told("FORBIDDEN"), false],
  ["a question that is wrong", told("BAD_USER_INPUT"), false],
] as const)("asking again may help: %s", (_, error, expected) => {
  expect(mayPass(error)).toBe(expected);
});

test("people read why something is not shown, in words of their own", () => {
  expect(whyNot(offline)).toBe("The server cannot be reached.");
  expect(whyNot(told("INTERNAL", "It failed."))).toBe("It failed.");
  expect(whyNot(told("FORBIDDEN", "launch:read is missing"))).toContain("may not see this");
  expect(isForbidden(told("INTERNAL"))).toBe(false);
});
