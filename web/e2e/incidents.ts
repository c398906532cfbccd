import { ask, token } from "./browser.ts";

// Not worse: whatever is HIGH keeps the launches of other tests on the ground.
const INCIDENT = { type: "payment_failure", severity: "MEDIUM", title: "Payments fail", userImpact: "Nobody can pay" };

/** Opens one from outside the browser; its number. */
export async function openIncident(): Promise<number> {
  const { createIncident } = await ask<{ createIncident: { incident: { number: number } } }>(
    await token(),
    "mutation ($input: CreateIncidentInput!) { createIncident(input: $input) { incident { number } } }",
    { input: INCIDENT },
  );
  return createIncident.incident.number;
}
