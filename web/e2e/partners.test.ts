import assert from "node:assert/strict";
import { before, test } from "node:test";

import type { Page } from "playwright-core";

import { BASE, NARROW, openMarketplace, PASSWORD, picture, sessionOf, visit, wellBuilt, WIDE } from "./browser.ts";
import { couple, inLetter, invite, supplier } from "./people.ts";

/** Both partners have an account of their own, and see one wedding (M9). */

before(openMarketplace);

test("a partner on a second device joins, and both see the same", async () => {
  const photographer = await supplier("m9-photos@example.org", "Golden Hour");
  const emma = await visit(WIDE, await invite(photographer, "Emma & James"));
  await emma.page.getByTestId("email").fill("m9-emma@example.org");
  await emma.page.getByLabel("Password").first().fill(PASSWORD);
  await emma.page.getByTestId("create-account-btn").click();
  await emma.page.getByTestId("connection-success").waitFor();

  await emma.page.goto(`${BASE}/overview`);
  await emma.page.getByTestId("partner-link-btn").click();
  const link = await emma.page.getByTestId("invitation-link").inputValue();
  await emma.page.getByTestId("partner-invited").waitFor();
  await inspected(emma.page, "partner-invited-1440");

  const james = await visit(NARROW, new URL(link).pathname);
  await james.page.getByText("the wedding of Emma & James").waitFor();
  await inspected(james.page, "join-360");
  await james.page.setViewportSize(WIDE);
  await inspected(james.page, "join-1440");
  await james.page.setViewportSize(NARROW);
  await james.page.getByTestId("join-email").fill("m9-james@example.org");
  await james.page.getByTestId("join-btn").click();
  await james.page.getByTestId("join-success").waitFor();
  await inspected(james.page, "joined-360");
  await james.page.getByRole("link", { name: "Go to your wedding" }).click();
  await james.page.getByRole("heading", { name: "Emma & James" }).waitFor();
  await james.page.getByText("Golden Hour").first().waitFor();

  // Emma's page has learnt of it without a reload: nobody is left to invite.
  await emma.page.getByTestId("invite-partner-btn").waitFor({ state: "detached" });

  await james.page.goto(`${BASE}/profile`);
  await james.page.getByLabel("Wedding date").fill("2027-09-04");
  await james.page.getByRole("button", { name: "Save", exact: true }).click();
  await james.page.getByText("Saved").first().waitFor();
  await inspected(james.page, "partners-360");
  await emma.page.goto(`${BASE}/profile`);
  await emma.page.getByText("m9-james@example.org").waitFor();
  assert.equal(await emma.page.getByLabel("Wedding date").inputValue(), "2027-09-04");
  await inspected(emma.page, "partners-1440");

  // What James changes is on the pages that Emma has open, without a reload, and what she types stays.
  await emma.page.getByLabel("Telephone").fill("+351 900 000");
  await james.page.getByLabel("Wedding date").fill("2027-10-02");
  await james.page.getByRole("button", { name: "Save", exact: true }).click();
  await emma.page.waitForFunction(() =>
    [...document.querySelectorAll("input")].some(({ value }) => value === "2027-10-02"),
  );
  assert.equal(await emma.page.getByLabel("Telephone").inputValue(), "+351 900 000");
  await emma.page.getByLabel("Wedding date").fill("2027-11-06");
  await james.page.getByLabel("Wedding date").fill("2027-12-04");
  await james.page.getByRole("button", { name: "Save", exact: true }).click();
  await emma.page.getByTestId("partner-changed").waitFor();
  await inspected(emma.page, "partner-changed-1440");
  assert.equal(await emma.page.getByLabel("Wedding date").inputValue(), "2027-11-06");
  await emma.page.getByRole("button", { name: "Save", exact: true }).click();
  await james.page.waitForFunction(() =>
    [...document.querySelectorAll("input")].some(({ value }) => value === "2027-11-06"),
  );

  // She was told of him in the app.
  await emma.page.goto(`${BASE}/inbox`);
  await emma.page.locator("[data-testid=notification][data-kind=PARTNER_JOINED]").waitFor();
  await inspected(emma.page, "partner-joined-1440");
  await emma.page.goto(`${BASE}/profile`);
  await emma.page.getByText("m9-james@example.org").waitFor();
  assert.deepEqual([...emma.problems, ...james.problems], []);

  // Removed, James keeps his account and loses the wedding, on the page that he has open.
  await emma.page.locator("[data-own=false]").getByTestId("remove-member-btn").click();
  await emma.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await emma.page.getByTestId("partner-email").waitFor();
  await james.page.getByTestId("partner-email").waitFor();
  await james.page.goto(`${BASE}/suppliers`);
  await james.page.getByText("No suppliers yet").waitFor();
  await inLetter("m9-james@example.org", /You no longer plan together/);
  await inLetter("m9-emma@example.org", /You removed your partner/);
  assert.deepEqual(emma.problems, []); // the browser of James notes that the server ended his streams
});

test("an invitation by e-mail, declined and taken back", async () => {
  await couple("m9-ana@example.org");
  const ana = await visit(NARROW, "/profile", await sessionOf("m9-ana@example.org"));
  const [, token] = await inLetter("m9-ana@example.org", /(\/confirm-email\?token=[\w-]+)/);
  await ana.page.goto(BASE + (token ?? ""));
  await ana.page.getByTestId("confirm-email-btn").click();
  await ana.page.getByText("confirmed").first().waitFor();
  await ana.page.goto(`${BASE}/profile`);
  await ana.page.getByTestId("partner-email").fill("m9-ben@example.org");
  await ana.page.getByTestId("invite-partner-btn").click();
  await ana.page.getByText("We have written to").waitFor();
  await inspected(ana.page, "partner-written-to-360");

  const [, path = ""] = await inLetter("m9-ben@example.org", /(\/join\/[\w-]{43})/);
  const ben = await visit(WIDE, path);
  await ben.page.getByTestId("join-decline-btn").click();
  await ben.page.getByTestId("join-over").waitFor();
  await ana.page.reload();
  await ana.page.getByText("Your partner said no").waitFor();

  await ana.page.getByTestId("partner-link-btn").click();
  const link = await ana.page.getByTestId("invitation-link").inputValue();
  await ana.page.getByRole("button", { name: "Take it back" }).click();
  await ana.page.getByTestId("partner-invited").waitFor({ state: "detached" });
  await ben.page.goto(BASE + new URL(link).pathname);
  await ben.page.locator("[data-testid=join-over][data-status=REVOKED]").waitFor();
  assert.deepEqual([...ana.problems, ...ben.problems], []);
});

async function inspected(page: Page, name: string): Promise<void> {
  await picture(page, name);
  assert.deepEqual(await wellBuilt(page), [], name);
}
