import assert from "node:assert/strict";
import { test } from "node:test";

import { admin } from "./admin.ts";
import { NARROW, picture, required, switchFlag, wellBuilt } from "./browser.ts";

const SERVER_PID = Number(required("SERVER_PID"));
const REDIS_PID = Number(required("REDIS_PID"));
const KEY = "mvp_test_feature";

test("a server that hangs: one banner, the last known state, no change done, and all of it new afterwards (U1)", async () => {
  await switchFlag(KEY, false);
  const { page } = await admin("/admin/launch");
  const row = page.getByTestId(`flag-${KEY}`);
  const state = (name: string) => page.locator(`[data-testid=connection][data-state=${name}]`).waitFor();
  await row.getByText("off", { exact: true }).waitFor();
  await state("live");
  await page.locator("html[data-pages=loaded]").waitFor(); // the other pages are there
  await row.getByRole("switch").press("Space");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("people will see it").waitFor();
  process.kill(SERVER_PID, "SIGSTOP");
  try {
    await dialog.getByRole("button", { name: "Switch on" }).click();
    await dialog.getByTestId("pending").waitFor();
    await page.keyboard.press("Escape");
    await row.getByTestId("pending").waitFor();
    assert.equal(await row.getByRole("switch").isChecked(), false);
    await page
      .getByTestId("no-contact")
      .getByText(/^No contact since \d\d:\d\d:\d\d\. Showing the last known state\./)
      .waitFor();
    await state("lost");
    assert.equal(await page.getByTestId("failed").count(), 0);
    await row.getByText("off", { exact: true }).waitFor();
    await page.setViewportSize(NARROW);
    assert.deepEqual(await wellBuilt(page), []);
    await picture(page, "no-contact-360");
    await page.getByRole("button", { name: "Open the menu" }).click();
    await page.getByRole("link", { name: "Flags" }).click();
    await page.getByRole("heading", { name: "Flags", level: 1 }).waitFor();
    await page.getByTestId(`flag-${KEY}`).getByText("off", { exact: true }).waitFor();
  } finally {
    process.kill(SERVER_PID, "SIGCONT");
  }
  await state("live");
  await page.getByTestId("no-contact").waitFor({ state: "detached" });
  await page.getByTestId(`flag-${KEY}`).getByText("100 %", { exact: true }).waitFor(); // what was pending is done, and shows
});

test("a Redis that hangs is not live, and is again once it answers (F12)", async () => {
  const { page } = await admin("/admin/flags");
  const state = (name: string) => page.locator(`[data-testid=connection][data-state=${name}]`).waitFor();
  const row = page.getByTestId(`flag-${KEY}`);
  await state("live");
  process.kill(REDIS_PID, "SIGSTOP");
  try {
    await state("polling");
    await switchFlag(KEY, false);
    await row.getByText("off", { exact: true }).waitFor();
  } finally {
    process.kill(REDIS_PID, "SIGCONT");
  }
  await state("live");
});
