import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { admin } from "./admin.ts";
import { ask, switchFlag, token, wellBuilt } from "./browser.ts";
import { supplier } from "./people.ts";

test("somebody is faster: what was typed stays, and who it was is said", async () => {
  const { page, end } = await admin("/admin/flags/mvp_direct_connections");
  await page.getByLabel("Name").fill("Connections without an invitation");
  await ask(
    await token(),
    'mutation { updateFeatureFlag(input: { key: "mvp_direct_connections", rolloutPercentage: 40 }) { errors { code } } }',
  );
  await page.getByTestId("change").getByText("→").first().waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByTestId("conflict").getByText("admin@wedsync.app has changed this flag").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Connections without an invitation");
  await page.getByRole("button", { name: "Apply my change" }).click();
  await page.getByRole("heading", { name: "Connections without an invitation", level: 1 }).waitFor();
  end();
});

test("what was typed outlives a refresh and the way to another page, which asks first (U3)", async () => {
  const { page, end } = await admin("/admin/flags/mvp_supplier_settings");
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("Settings, not sent");
  await page.reload();
  await page.getByTestId("draft").waitFor();
  assert.equal(await name.inputValue(), "Settings, not sent");
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Leave this page?" });
  assert.deepEqual(await wellBuilt(page), []);
  await dialog.getByRole("button", { name: "Stay" }).click();
  assert.equal(await name.inputValue(), "Settings, not sent");
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await dialog.getByRole("button", { name: "Leave" }).click();
  const audit = page.getByRole("heading", { name: "Audit", level: 1 }); // a flag's page shows changes too
  await audit.waitFor();
  await page.goBack();
  await page.getByTestId("draft").getByRole("button", { name: "Discard the draft" }).click();
  assert.notEqual(await name.inputValue(), "Settings, not sent");
  await page.getByRole("link", { name: "Audit", exact: true }).click(); // nothing is left to ask about
  await audit.waitFor();
  end();
});

test("a flag's page says how often it was served, and as what (A23)", async () => {
  const key = "mvp_supplier_dashboard";
  const query = `{ featureFlag(key: "${key}") { exposure { onShare } } }`;
  interface Served {
    featureFlag: { exposure: { onShare: number | null } };
  }
  const { page, end } = await admin(`/admin/flags/${key}`); // whose own flags are served to it
  const isServed = async () => (await ask<Served>(await token(), query)).featureFlag.exposure.onShare !== null;
  const began = Date.now();
  while (Date.now() - began < 2 * 60_000 && !(await isServed())) await sleep(1000); // stored once a minute
  await page.reload();
  await page
    .getByTestId("exposure")
    .getByText(/^Served [\d,]+ times? in the last 24 hours, [\d.]+ % of them on$/)
    .waitFor();
  end();
});

test("a switch says whom it reaches before it does, and is undone (U2)", async () => {
  const key = "mvp_realtime_updates";
  await supplier("reached@example.org", "Reached Studio");
  await switchFlag(key, false);
  const { page, end } = await admin("/admin/flags");
  const row = page.getByTestId(`flag-${key}`);
  await row.getByText("off", { exact: true }).waitFor();
  await row.getByRole("switch").press("Space");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^[1-9][\d,]* of [1-9][\d,]* people will see it: [1-9][\d,]* gain it\.$/).waitFor();
  await dialog.getByLabel("Percentage").fill("0");
  await dialog.getByText(/^0 of [1-9][\d,]* people will see it: nobody gains or loses it\.$/).waitFor();
  await dialog.getByLabel("Percentage").fill("100");
  await dialog.getByLabel("Reason").fill("A trial");
  assert.deepEqual(await wellBuilt(page), []);
  await dialog.getByRole("button", { name: "Switch on" }).click();
  await row.getByText("100 %", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("off", { exact: true }).waitFor();
  end();
});

test("a double press of a flag's switch is one change (A6)", async () => {
  const key = "mvp_activation_triggers";
  const query = `{ featureFlag(key: "${key}") { enabled version } }`;
  interface FlagState {
    featureFlag: { enabled: boolean; version: number };
  }
  const before = (await ask<FlagState>(await token(), query)).featureFlag;
  const target = before.enabled ? "off" : "on";
  const { page, end } = await admin(`/admin/flags/${key}`);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push((request.postDataJSON() as { operationName: string }).operationName);
  });
  await page.getByRole("button", { name: `Switch ${target}` }).dblclick();
  await page.getByRole("dialog").getByLabel("Reason").fill("Pressed twice");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: `Switch ${target}` })
    .dblclick();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page
    .getByTestId("flag-state")
    .getByText(before.enabled ? "Off" : "On, ")
    .waitFor();
  const after = (await ask<FlagState>(await token(), query)).featureFlag;
  assert.deepEqual(after, { enabled: !before.enabled, version: before.version + 1 });
  assert.equal(sent.filter((name) => name === "Toggle").length, 1);
  end();
});

test("a change is taken back from the audit, with a reason", async () => {
  const { page, end } = await admin("/admin/audit");
  await switchFlag("mvp_test_feature", false);
  const why = `Tried at ${Date.now()}`; // other tests switch it too
  await ask(
    await token(),
    "mutation ($input: ToggleFeatureFlagInput!) { toggleFeatureFlag(input: $input) { errors { code } } }",
    { input: { key: "mvp_test_feature", enabled: true, reason: why } },
  );
  const change = page.getByTestId("change").filter({ hasText: why });
  await change.getByRole("button", { name: "Revert" }).click();
  await page.getByLabel("Reason").fill("Only a drill");
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await page.getByTestId("change").filter({ hasText: "“Only a drill”" }).waitFor();
  const { featureFlag } = await ask<{ featureFlag: { enabled: boolean } }>(
    await token(),
    '{ featureFlag(key: "mvp_test_feature") { enabled } }',
  );
  assert.equal(featureFlag.enabled, false);
  end();
});

test("what a person sees, and why", async () => {
  await supplier("seen@example.org", "Seen Studio");
  await switchFlag("mvp_client_management", true);
  const { page, end } = await admin("/admin/playground?flag=mvp_client_management");
  const result = page.getByTestId("evaluated-mvp_client_management");
  await page.getByTestId("person").fill("seen@example.org"); // nothing is chosen from the list (U4)
  await page
    .getByTestId("evaluated-as")
    .getByText("Evaluated for the account Seen Studio · seen@example.org.")
    .waitFor();
  await page.locator("[data-testid=evaluated-mvp_client_management][data-value=true]").waitFor();
  await page.getByTestId("person").fill("nobody@example.org");
  await page.getByTestId("evaluated-as").getByText("the targeting key “nobody@example.org”").waitFor();
  await page.getByTestId("person").fill("Seen Stu");
  await page.getByRole("option", { name: /Seen Studio/ }).click();
  await page.locator("[data-testid=evaluated-mvp_client_management][data-value=true]").waitFor();
  await result.getByText("since admin@wedsync.app").waitFor();
  await page.getByRole("combobox", { name: "Side" }).click();
  await page.getByRole("option", { name: "Couple" }).click();
  await page.locator("[data-testid=evaluated-mvp_client_management][data-value=false]").waitFor();
  end();
});
