import { expect, test } from "vitest";

import { pathOf, shownStep } from "./steps";

const DONE = "2027-01-01T00:00:00Z";

function onboarding(...done: string[]) {
  const keys = ["business_info", "first_client", "send_invitation"];
  const steps = keys.map((key) => ({
    key,
    title: key,
    description: "",
    required: true,
    enabled: true,
    completedAt: done.includes(key) ? DONE : null,
  }));
  return { steps, currentStep: keys.find((key) => !done.includes(key)) ?? null };
}

test("addresses have hyphens where keys have underscores", () => {
  expect(pathOf("business_info")).toBe("/onboarding/business-info");
});

test.each([
  ["business-info", [], "business_info"],
  ["send-invitation", [], "business_info"], // not yet: the server says what is next
  ["business-info", ["business_info"], "business_info"], // can be seen again
  ["nonsense", ["business_info"], "first_client"],
  ["nonsense", ["business_info", "first_client", "send_invitation"], "send_invitation"],
])("%s with %j done shows %s", (slug, done, expected) => {
  expect(shownStep(onboarding(...done), slug)?.key).toBe(expected);
});
