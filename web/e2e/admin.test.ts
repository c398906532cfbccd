import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import {
  ask, BASE, NARROW, openBrowser, picture, required, type SessionState, sessionOf, switchFlag, token, visit, wellBuilt,
  WIDE,
} from "./browser.ts";
import { supplier } from "./people.ts";
import { missedSenses } from "./senses.ts";

let browser: Browser;
let session: SessionState;
before(async () => {
  browser = await openBrowser();
  session = await sessionOf(browser);
});
after(async () => {
  await browser.close();
});

// Not worse: whatever is HIGH keeps the launches of other tests on the ground.
const INCIDENT = { type: "payment_failure", severity: "MEDIUM", title: "Payments fail", userImpact: "Nobody can pay" };

const MAIL_PID = Number(required("MAIL_PID"));
const COLLEAGUE = "night.shift@wedsync.app";

/** An admin's page, with the problems of its whole visit. */
async function admin(path: string): Promise<{ page: Page; end: () => void }> {
  const { page, problems } = await visit(browser, WIDE, path, session);
  return { page, end: () => assert.deepEqual(problems, []) };
}

async function colleague(): Promise<void> {
  await ask(
    await token(),
    "mutation ($e: EmailAddress!) { inviteStaff(email: $e, role: OPERATOR) { errors { code } } }",
    { e: COLLEAGUE },
  );
}

async function openIncident(): Promise<number> {
  const { createIncident } = await ask<{ createIncident: { incident: { number: number } } }>(
    await token(),
    "mutation ($input: CreateIncidentInput!) { createIncident(input: $input) { incident { number } } }",
    { input: INCIDENT },
  );
  return createIncident.incident.number;
}

test("every page of the launch team, wide and light, narrow and dark", async () => {
  const number = await openIncident();
  await supplier("directory@example.org", "Fern & Moss Floristry");
  const { page, end } = await admin("/admin/launch");
  const pages: [address: string, landmark: string][] = [
    ["/admin/launch", "[data-testid^=phase-]"],
    ["/admin/monitoring?range=LAST_1H", "[data-testid=history-database]"],
    [`/admin/incidents/${number}`, "[data-testid=timeline] .row"],
    ["/admin/flags", "[data-testid^=flag-]"],
    ["/admin/flags/mvp_supplier_dashboard", "[data-testid=change]"],
    ["/admin/playground", "[data-testid^=evaluated-]"],
    ["/admin/directory", "text=Fern & Moss Floristry"],
    ["/admin/directory?tab=invitations", "main section"],
    ["/admin/directory?tab=stalled", "main section"],
    ["/admin/directory?tab=outbox", "text=Confirm"],
    ["/admin/directory?tab=team", "[data-testid^=staff-]"],
    ["/admin/audit", "[data-testid=change]"],
    ["/admin/tokens", "main section"],
    ["/admin/api", "[data-testid=curl]"],
  ];
  for (const [address, landmark] of pages) {
    await page.goto(BASE + address);
    await page.locator(landmark).first().waitFor();
    await inspect(page, address.slice(1).replaceAll(/[^a-z0-9]+/gi, "-").replace(/incidents-\d+/, "incident"));
  }
  end();
});

/** As another tab of the same reader would tell it. */
function choose(newValue: "light" | "dark"): void {
  window.dispatchEvent(new StorageEvent("storage", { key: "mantine-color-scheme-value", newValue, storageArea: localStorage }));
}

/** Wide and light, then narrow and dark. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const [size, viewport, scheme] of [["1440", WIDE, "light"], ["360", NARROW, "dark"]] as const) {
    await page.setViewportSize(viewport);
    await page.evaluate(choose, scheme);
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    await picture(page, `${name}-${size}`);
    assert.deepEqual(await wellBuilt(page), [], `${name} at ${size}`);
  }
  assert.deepEqual(await missedSenses(page), [], name);
}

test("on a slow line the dashboard comes from the top down, and nothing that is shown jumps", async () => {
  const context = await browser.newContext({ viewport: WIDE, storageState: session });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send("Network.emulateNetworkConditions", { // what Chromium calls Slow 4G
    offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 90_000,
  });
  await page.addInitScript(watchShifts);
  await page.goto(`${BASE}/admin/launch`);
  await page.locator("[data-testid^=flag-]").first().waitFor();
  const shifted = await page.evaluate(() => (globalThis as unknown as Shifting).shifted);
  assert.ok(shifted < 0.1, `what was shown has moved by ${shifted}; up to 0.1 is called good`);
  await context.close();
});

interface Shifting { shifted: number }

/** Sums what moves by itself (Cumulative Layout Shift). */
function watchShifts(): void {
  const sum = globalThis as unknown as Shifting;
  sum.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries() as (PerformanceEntry & { value: number })[]) sum.shifted += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
}

test("what breaks comes first, with since when and why", async () => {
  const { page, end } = await admin("/admin/launch");
  const tile = page.getByTestId("health-email");
  await tile.and(page.locator("[data-status=HEALTHY]")).waitFor();
  process.kill(MAIL_PID, "SIGUSR1"); // its server refuses connections
  try {
    const alarm = page.getByRole("alert").filter({ hasText: "E-mail is down · for" });
    await alarm.getByText("Connect").waitFor();
    await tile.and(page.locator("[data-status=CRITICAL]")).waitFor();
    await page.setViewportSize(NARROW);
    await picture(page, "email-down-360");
    assert.deepEqual(await wellBuilt(page), []);
  } finally {
    process.kill(MAIL_PID, "SIGUSR2");
  }
  end();
});

test("somebody is faster: what was typed stays, and who it was is said", async () => {
  const { page, end } = await admin("/admin/flags/mvp_direct_connections");
  await page.getByLabel("Name").fill("Connections without an invitation");
  await ask(
    await token(),
    'mutation { updateFeatureFlag(input: { key: "mvp_direct_connections", rolloutPercentage: 40 }) { errors { code } } }',
  );
  await page.getByTestId("change").getByText("→").first().waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByTestId("conflict").getByText("admin@wedsync.app changed this flag meanwhile").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Connections without an invitation");
  await page.getByRole("button", { name: "Apply mine on top" }).click();
  await page.getByRole("heading", { name: "Connections without an invitation", level: 1 }).waitFor();
  end();
});

test("a change is taken back from the audit, with a reason", async () => {
  const { page, end } = await admin("/admin/audit");
  await switchFlag("mvp_test_feature", true);
  const change = page.getByTestId("change").filter({ hasText: "Test feature switched on" }).first();
  await change.getByRole("button", { name: "Revert" }).click();
  await page.getByLabel("Reason").fill("Only a drill");
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await page.getByTestId("change").filter({ hasText: "“Only a drill”" }).waitFor();
  const { featureFlag } = await ask<{ featureFlag: { enabled: boolean } }>(
    await token(), '{ featureFlag(key: "mvp_test_feature") { enabled } }',
  );
  assert.equal(featureFlag.enabled, false);
  end();
});

test("what a person sees, and why", async () => {
  await supplier("seen@example.org", "Seen Studio");
  await switchFlag("mvp_client_management", true);
  const { page, end } = await admin("/admin/playground?flag=mvp_client_management");
  const result = page.getByTestId("evaluated-mvp_client_management");
  await page.getByTestId("person").fill("Seen Stu");
  await page.getByRole("option", { name: /Seen Studio/ }).click();
  await page.locator("[data-testid=evaluated-mvp_client_management][data-value=true]").waitFor();
  await result.getByText("so since admin@wedsync.app").waitFor();
  await page.getByRole("combobox", { name: "Side" }).click();
  await page.getByRole("option", { name: "Couple" }).click();
  await page.locator("[data-testid=evaluated-mvp_client_management][data-value=false]").waitFor();
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
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("E-mail").fill("joins@wedsync.app");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const row = page.getByTestId("staff-joins@wedsync.app");
  await row.getByRole("button", { name: "Keep out" }).click();
  await page.getByLabel("Reason").fill("Only a drill");
  await page.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
  await row.getByText("Kept out").waitFor();
  await row.getByRole("button", { name: "Let in again" }).waitFor();
  await page.getByRole("tab", { name: "Outbox" }).click();
  await page.getByText("to joins@wedsync.app").waitFor();
  end();
});

test("planned work silences what it breaks, until it is done", async () => {
  const { page, end } = await admin("/admin/monitoring");
  await page.getByRole("button", { name: "Silence alerts" }).click();
  await page.getByLabel("What is being done").fill("The mail server moves");
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
  await page.getByText("admin@wedsync.app works on it").waitFor();
  await page.getByRole("button", { name: "Assign to …" }).press("Enter");
  await page.locator(":focus[aria-label='E-mail of the assignee']").pressSequentially("night");
  await page.locator("[role=option][data-combobox-selected]", { hasText: COLLEAGUE }).waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await page.keyboard.press("Enter");
  await page.getByText(`${COLLEAGUE} works on it`).waitFor();
  await page.locator(":focus", { hasText: "Assign to …" }).and(page.getByRole("button")).waitFor();
  await page.getByLabel("Note for the timeline").fill("The bank is called.");
  await page.getByRole("button", { name: "Add" }).press("Enter");
  await page.getByTestId("timeline").getByText("“The bank is called.”").waitFor();
  await page.locator(":focus", { hasText: "Add" }).and(page.getByRole("button")).waitFor();
  await page.getByRole("button", { name: "Resolve" }).press("Enter");
  await page.getByLabel("What ended it").press("Escape");
  await page.locator(":focus", { hasText: "Resolve" }).and(page.getByRole("button")).press("Enter");
  await page.getByLabel("What ended it").fill("The bank is back.");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await status("Resolved");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await status("Closed");
  end();
});

test("a launch is rehearsed on a copy", async () => {
  const { page, end } = await admin("/admin/launch");
  const phase = page.getByTestId("phase-couple_rollout");
  await phase.getByRole("button", { name: /Couple rollout/ }).click();
  await phase.getByRole("button", { name: "Rehearse" }).click();
  await phase.locator("[data-testid=rehearsal][data-status=PASSED]").waitFor({ timeout: 30_000 });
  await phase.getByText("rolled back by itself after").waitFor();
  end();
});

test("the explorer asks and listens, with nothing from other servers", async () => {
  const foreign: string[] = [];
  const { page, end } = await admin("/admin/api");
  page.on("request", (request) => {
    if (!request.url().startsWith(BASE)) foreign.push(request.url());
  });
  await page.getByRole("link", { name: "Open the explorer" }).click();
  await page.locator(".graphiql-query-editor .CodeMirror-code").getByText("systemHealth").click();
  await page.keyboard.press("Control+Enter");
  await page.locator(".result-window").getByText('"availableActions"').first().waitFor();
  await page.locator(".graphiql-query-editor .CodeMirror-code").getByText("launchEvents").click();
  await page.keyboard.press("Control+Enter");
  const heard = page.locator(".result-window").getByText(/mvp_test_feature switched/).first();
  for (let change = 0; change < 10; change += 1) { // what happens before it listens is not told
    await switchFlag("mvp_test_feature", change % 2 === 0);
    if (await heard.waitFor({ timeout: 3000 }).then(() => true, () => false)) break;
  }
  await heard.waitFor();
  await page.getByRole("button", { name: "Show History" }).click();
  await page.getByRole("button", { name: "Variables" }).click();
  await page.getByRole("button", { name: "New tab" }).click();
  await inspect(page, "explorer");
  assert.deepEqual(foreign, []);
  end();
});

test("where only trusted documents run, the explorer says so (A48)", async () => {
  const { page, end } = await admin("/admin/launch");
  await page.route("**/admin/api", async (route) => {
    const html = await (await route.fetch()).text();
    await route.fulfill({ contentType: "text/html", body: html.replace('name="documents" content="any"', 'name="documents" content="trusted"') });
  });
  await page.goto(`${BASE}/admin/api`);
  await page.getByText("This server runs trusted documents only").waitFor();
  await page.getByRole("link", { name: "Open the explorer" }).click();
  await page.getByRole("heading", { name: "No explorer here" }).waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  end();
});

// Last, because two good looks take a while: the other tests pass the time.
test("what works again is no alarm, and the log has both", async () => {
  const { page, end } = await admin("/admin/launch");
  await page.locator("[data-testid=health-email][data-status=HEALTHY]").waitFor();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.getByTestId("event-feed").getByText("Health of email went from healthy to critical").waitFor();
  await page.getByTestId("event-feed").getByText("Health of email went from critical to healthy").waitFor();
  end();
});
