import assert from "node:assert/strict";
import { before, test } from "node:test";

import type { Page } from "playwright-core";

import {
  ask,
  BASE,
  NARROW,
  PASSWORD,
  picture,
  sessionOf,
  switchFlag,
  tokenOf,
  visit,
  wellBuilt,
  WIDE,
} from "./browser.ts";
import { confirm, expireInvitation, inLetter, invite, supplier } from "./people.ts";

/** A supplier and its couples learn on every device what concerns them (M6, M14). */

const SUPPLIER = "m6-supplier@example.org";
const COUPLE = "m6-couple@example.org";
let token: string;
before(async () => {
  for (const key of ["mvp_client_management", "mvp_couple_suppliers"]) await switchFlag(key, true);
  token = await supplier(SUPPLIER, "Sarah Photography");
  await confirm(SUPPLIER);
});

const bell = (page: Page, count: number) => page.getByTestId("bell-count").filter({ hasText: String(count) });

async function pictures(page: Page, name: string): Promise<void> {
  for (const [size, viewport, colorScheme] of [
    ["1440", WIDE, "light"],
    ["360", NARROW, "dark"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await picture(page, `${name}-${size}`);
    assert.deepEqual(await wellBuilt(page), [], `${name} at ${size}`);
  }
}

test("a couple accepts in one window, and the supplier's second window sees client and notification", async () => {
  const two = await visit(WIDE, "/clients", await sessionOf(SUPPLIER));
  await two.page.getByText("No clients yet.").waitFor();
  await two.page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  const path = await invite(token, "Emma & James"); // on another device
  await two.page.getByTestId("client-Emma & James").waitFor();

  const one = await visit(NARROW, path);
  await one.page.fill('[data-testid="partner1-name"]', "Emma");
  await one.page.fill('[data-testid="partner2-name"]', "James");
  await one.page.fill('[data-testid="email"]', COUPLE);
  await one.page.getByLabel("Password").first().fill(PASSWORD);
  await one.page.click('[data-testid="create-account-btn"]');
  await one.page.getByTestId("connection-success").waitFor();

  await two.page.locator('[data-testid="client-Emma & James"][data-status=CONNECTED]').waitFor();
  await bell(two.page, 1).waitFor();
  assert.equal(await two.page.evaluate(() => "isSamePage" in globalThis), true, "it was reloaded");
  await two.page.getByTestId("bell").click();
  const entry = two.page.getByTestId("notification").filter({ hasText: "Emma & James accepted your invitation" });
  await entry.waitFor();
  await pictures(two.page, "inbox-supplier");
  await two.page.setViewportSize(WIDE);
  await entry.click();
  await two.page.getByTestId("client-Emma & James").waitFor();
  await two.page.getByTestId("bell-count").waitFor({ state: "detached" }); // it is read now
  assert.deepEqual([...one.problems, ...two.problems], []);
});

test("messages share an entry, and the inbox of the couple is read on both of its devices", async () => {
  const one = await visit(NARROW, "/inbox", await sessionOf(COUPLE));
  const two = await visit(NARROW, "/overview", await sessionOf(COUPLE));
  await one.page.getByText("You are connected with Sarah Photography").waitFor();
  const { conversations } = await ask<{ conversations: { nodes: { id: string }[] } }>(
    token,
    "{ conversations { nodes { id } } }",
  );
  for (const key of ["first", "second"]) {
    await ask(token, SEND, { input: { conversationId: conversations.nodes[0]?.id, text: key, idempotencyKey: key } });
  }
  await one.page.getByText("Sarah Photography sent you 2 messages").waitFor();
  await bell(two.page, 2).waitFor();
  await pictures(one.page, "inbox-couple");
  await one.page.setViewportSize(NARROW);
  await one.page.getByTestId("mark-all-read").click();
  await two.page.getByTestId("bell-count").waitFor({ state: "detached" });
  await one.page.locator("[data-testid=notification][data-read=false]").first().waitFor({ state: "detached" });
  assert.deepEqual([...one.problems, ...two.problems], []);
});

test("each kind is switched off in the app and by e-mail", async () => {
  const { page, problems } = await visit(NARROW, "/inbox", await sessionOf(COUPLE));
  await page.getByRole("link", { name: "settings" }).click();
  await page.getByTestId("email-MESSAGE").waitFor();
  await page.getByTestId("email-MESSAGE").click();
  await page.locator("[data-testid=email-MESSAGE]:not(:checked):not(:disabled)").waitFor();
  await page.reload();
  await page.getByTestId("email-MESSAGE").waitFor();
  assert.equal(await page.getByTestId("email-MESSAGE").isChecked(), false);
  assert.equal(await page.getByTestId("app-MESSAGE").isChecked(), true);
  await pictures(page, "notification-settings");
  assert.deepEqual(problems, []);
});

test("an invitation that has expired offers a new link, which comes by e-mail", async () => {
  const email = "m6-late@example.org";
  await invite(token, "Mia & Ben", email);
  const [, first] = await inLetter(email, /\/accept\/([\w-]{43})/);
  await expireInvitation(email);
  const { page, problems } = await visit(NARROW, `/accept/${first ?? ""}`);
  await page.locator("[data-testid=invitation-over][data-status=EXPIRED]").waitFor();
  await pictures(page, "invitation-expired");
  await page.setViewportSize(NARROW);
  await page.getByTestId("request-new-link").click();
  await page.getByTestId("new-link-requested").waitFor();
  await pictures(page, "new-link-requested");
  const next = new RegExp(`/accept/(?!${first ?? ""})([\\w-]{43})`);
  const [, second] = await inLetter(email, next);
  await page.goto(`${BASE}/accept/${second ?? ""}`);
  await page.getByTestId("create-account-btn").waitFor();
  assert.deepEqual(problems, []);
  const inbox = await ask<{ notifications: { nodes: { kind: string }[] } }>(
    await tokenOf(SUPPLIER),
    "{ notifications { nodes { kind } } }",
  );
  assert.equal(inbox.notifications.nodes[0]?.kind, "LINK_REQUESTED");
});

const SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { errors { message } } }";
