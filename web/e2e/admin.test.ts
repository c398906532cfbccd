import assert from "node:assert/strict";
import { test } from "node:test";

import type { Locator, Page } from "playwright-core";

import { admin } from "./admin.ts";
import { ask, NARROW, picture, required, switchFlag, token, wellBuilt } from "./browser.ts";
import { openIncident } from "./incidents.ts";
import { supplier } from "./people.ts";

const MAIL_PID = Number(required("MAIL_PID"));
const WORKER_PID = Number(required("WORKER_PID"));
const COLLEAGUE = "night.shift@wedsync.app";

/** The tile of e-mail while its server works; on a busy machine that answers late, which is a warning. */
function workingMail(page: Page): Locator {
  const late = page.locator("[data-testid=health-email][data-status=WARNING]", { hasText: /ms \(limit \d+\sms\)/ });
  return page.locator("[data-testid=health-email][data-status=HEALTHY]").or(late);
}

async function colleague(): Promise<void> {
  await ask(
    await token(),
    "mutation ($e: EmailAddress!) { inviteStaff(email: $e, role: OPERATOR) { errors { code } } }",
    { e: COLLEAGUE },
  );
}

test("what breaks comes first, with since when and why", async () => {
  const { page, end } = await admin("/admin/launch");
  await workingMail(page).waitFor();
  process.kill(MAIL_PID, "SIGUSR1"); // its server refuses connections
  try {
    const alarm = page.getByRole("alert").filter({ hasText: "E-mail is down · for" });
    await alarm.getByText("Connect").waitFor();
    await page.locator("[data-testid=health-email][data-status=CRITICAL]").waitFor();
    await page.setViewportSize(NARROW);
    await picture(page, "email-down-360");
    assert.deepEqual(await wellBuilt(page), []);
  } finally {
    process.kill(MAIL_PID, "SIGUSR2");
  }
  end();
});

test("the directory tells what is newer and moves no row until it is asked", async () => {
  await supplier("was-there@example.org", "Was There Before");
  const { page, end } = await admin("/admin/directory");
  const rows = page.locator("main section .row");
  await rows.filter({ hasText: "Was There Before" }).waitFor();
  const first = await rows.first().innerText();
  await page.locator("[data-testid=connection][data-state=live]").waitFor();
  await supplier("came-later@example.org", "Came Later Cakes");
  await page
    .getByTestId("news")
    .getByText(/[1-9]\d* newer/)
    .waitFor();
  assert.equal((await rows.first().innerText()).split("\n")[0], first.split("\n")[0]);
  assert.equal(await rows.filter({ hasText: "Came Later Cakes" }).count(), 0);
  assert.deepEqual(await wellBuilt(page), []);
  await page.getByTestId("news").getByRole("button", { name: "Show" }).click();
  await rows.filter({ hasText: "Came Later Cakes" }).waitFor();
  await page.getByTestId("news").getByText("Refresh").waitFor();
  end();
});

test("a token works with its rights, and no longer once it is revoked", async () => {
  const { page, end } = await admin("/admin/tokens");
  await page.getByRole("button", { name: "Create a token" }).click();
  await page.getByLabel("What it is for").fill("Deploy robot");
  await page.getByLabel("See phases, runs and events").check();
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  const { launchPhases } = await ask<{ launchPhases: unknown[] }>(secret, "{ launchPhases { key } }");
  assert.ok(launchPhases.length > 0);
  await assert.rejects(ask(secret, "{ apiTokens { id } }"), /FORBIDDEN/);
  await page.getByTestId("token-Deploy robot").getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByTestId("token-Deploy robot").getByText("Revoked", { exact: true }).waitFor();
  await assert.rejects(ask(secret, "{ launchPhases { key } }"), /UNAUTHENTICATED/);
  end();
});

test("somebody joins the launch team, by a letter that the outbox shows, and leaves it", async () => {
  const { page, end } = await admin("/admin/directory?tab=team");
  await page.getByRole("button", { name: "Invite a person" }).click();
  await page.getByLabel("E-mail").fill("joins@wedsync.app");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const row = page.getByTestId("staff-joins@wedsync.app");
  await row.getByRole("button", { name: "Disable" }).click();
  await page.getByLabel("Reason").fill("Only a drill");
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await row.getByText("Disabled").waitFor();
  await row.getByRole("button", { name: "Enable" }).waitFor();
  await page.getByRole("tab", { name: "Outbox" }).click();
  await page.getByText("to joins@wedsync.app").waitFor();
  end();
});

test("planned work silences what it breaks, until it is done", async () => {
  const { page, end } = await admin("/admin/monitoring");
  await page.getByRole("button", { name: "Silence alerts" }).click();
  await page.getByRole("textbox", { name: "Planned work" }).fill("The mail server moves");
  await page.getByRole("combobox", { name: "Which checks" }).press("ArrowDown");
  await page.getByRole("option", { name: "Email Services" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Silence" }).press("Enter");
  const silence = page.getByTestId("silence-The mail server moves");
  await silence.getByText("Email Services · now until").waitFor();
  await silence.getByRole("button", { name: "End" }).click();
  await silence.waitFor({ state: "detached" });
  end();
});

test("an incident from its first sight to its end", async () => {
  await colleague();
  const number = await openIncident();
  const { page, end } = await admin(`/admin/incidents/${number}`);
  const status = (text: string) => page.getByTestId("incident-status").getByText(text).waitFor();
  await page.getByRole("button", { name: "Acknowledge" }).press("Enter");
  await status("Investigating");
  await page.locator("main:focus").waitFor(); // the button is gone, the place in the page is not
  await page.getByRole("button", { name: "Assign to me" }).click();
  await page.getByText("assigned to admin@wedsync.app", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Assign to …" }).press("Enter");
  await page.locator(":focus[aria-label='E-mail of the assignee']").pressSequentially("night");
  await page.locator("[role=option][data-combobox-selected]", { hasText: COLLEAGUE }).waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await page.keyboard.press("Enter");
  await page.getByText(`assigned to ${COLLEAGUE}`, { exact: true }).waitFor();
  await page.locator(":focus", { hasText: "Assign to …" }).and(page.getByRole("button")).waitFor();
  await page.getByLabel("Note for the timeline").fill("The bank is called.");
  await page.getByRole("button", { name: "Add" }).press("Enter");
  await page.getByTestId("timeline").getByText("“The bank is called.”").waitFor();
  await page.locator(":focus", { hasText: "Add" }).and(page.getByRole("button")).waitFor();
  await page.getByRole("button", { name: "Resolve" }).press("Enter");
  await page.getByLabel("How it was resolved").press("Escape");
  await page.locator(":focus", { hasText: "Resolve" }).and(page.getByRole("button")).press("Enter");
  await page.getByLabel("How it was resolved").fill("The bank is back.");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await status("Resolved");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await status("Closed");
  end();
});

test("the dashboard shows what an incident is blamed on first, its page all of it, and who was on it", async () => {
  for (const enabled of [true, false]) await switchFlag("mvp_test_feature", enabled);
  const number = await openIncident();
  const { page, end } = await admin("/admin/launch");
  const card = page.getByTestId(`incident-${number}`);
  await card.getByText("Suspected change").waitFor();
  assert.equal(await card.getByTestId("change").count(), 1);
  await card.getByRole("link", { name: /other suspects?/ }).click();
  await page.getByTestId("change").nth(1).waitFor();
  await page.getByText("Not acknowledged yet").waitFor();
  await page.getByRole("button", { name: "Resolve" }).click();
  await page.getByRole("dialog").getByLabel("How it was resolved").fill("It went by itself.");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await page.getByText("Resolved without acknowledgement").waitFor();
  end();
});

test("a launch is rehearsed on a copy", async () => {
  const { page, end } = await admin("/admin/launch");
  const phase = page.getByTestId("phase-couple_rollout");
  await phase.getByRole("button", { name: /Couple rollout/ }).click();
  await phase.getByRole("button", { name: "Rehearse" }).click();
  await phase.locator("[data-testid=rehearsal][data-status=PASSED]").waitFor({ timeout: 30_000 });
  await phase.getByText("rolled back automatically after").waitFor();
  end();
});

// Last, because two good looks take a while: the other tests pass the time.
test("what works again is no alarm, and the log has both", async () => {
  const { page, end } = await admin("/admin/launch");
  await workingMail(page).waitFor();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page
    .getByTestId("event-feed")
    .getByText(/Health of email went from (healthy|warning) to critical/)
    .first()
    .waitFor();
  // By way of a warning where the machine is busy and the answer late.
  await page
    .getByTestId("event-feed")
    .getByText(/Health of email went from critical to (healthy|warning)/)
    .first()
    .waitFor();
  end();
});

test("who looks after nobody has looked is told so, not what was known last (S75)", async () => {
  const { page, end } = await admin("/admin/launch");
  await page.locator("[data-testid=health-database]").waitFor();
  process.kill(WORKER_PID, "SIGSTOP");
  try {
    const alarm = page.getByRole("alert").filter({ hasText: "No recent data for" });
    await alarm.getByText("the worker may be down").waitFor();
    await page.locator("[data-testid=health-database][data-status=UNKNOWN]").waitFor();
    await page.setViewportSize(NARROW);
    await picture(page, "no-news-360");
    assert.deepEqual(await wellBuilt(page), []);
  } finally {
    process.kill(WORKER_PID, "SIGCONT");
  }
  await page.getByRole("alert").filter({ hasText: "No recent data for" }).waitFor({ state: "detached" });
  end();
});
