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
import { invite, supplier } from "./people.ts";

/** A supplier and a couple who are connected write to each other (M7). */

const SUPPLIER = "m7-supplier@example.org";
const COUPLE = "m7-couple@example.org";
let supplierToken: string;
let conversation: string;
before(async () => {
  for (const key of ["mvp_client_management", "mvp_couple_suppliers"]) await switchFlag(key, true);
  supplierToken = await supplier(SUPPLIER, "Sarah Photography");
  const path = await invite(supplierToken, "Emma & James");
  await ask(null, "mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { errors { code } } }", {
    input: {
      code: path.split("/").at(-1),
      email: COUPLE,
      password: PASSWORD,
      partner1Name: "Emma",
      partner2Name: "James",
    },
  });
  await phone(supplierToken, "+44 20 7946 0958");
  const { conversations } = await ask<{ conversations: { nodes: { id: string }[] } }>(
    supplierToken,
    "{ conversations { nodes { id } } }",
  );
  conversation = conversations.nodes[0]?.id ?? "";
});

async function phone(token: string, number: string): Promise<void> {
  await ask(token, "mutation ($input: ProfileInput!) { updateProfile(input: $input) { errors { code } } }", {
    input: { phone: number },
  });
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByTestId("message-text").fill(text);
  await page.getByTestId("send-message").click();
}

/** Even with the note above the thread that asks for consent, which this couple has not given. */
async function formIsInSight(page: Page): Promise<void> {
  await page.getByTestId("consent-note").waitFor();
  const form = await page.getByTestId("message-text").boundingBox();
  const bar = await page.locator(".bottom-link").first().boundingBox();
  assert.ok(form && bar && form.y + form.height <= bar.y, JSON.stringify({ form, bar }));
}

const message = (page: Page, text: string) => page.getByTestId("message").filter({ hasText: text });

test("a conversation in two windows: both see each message at once, and what is unread", async () => {
  const one = await visit(WIDE, `/messages/${conversation}`, await sessionOf(SUPPLIER));
  const two = await visit(NARROW, "/suppliers", await sessionOf(COUPLE));
  await one.page.getByText("No messages yet. Say hello.").waitFor();
  await write(one.page, "Hello Emma!\nShall we talk about the day?");
  await message(one.page, "Hello Emma!").waitFor();
  await two.page.getByTestId("unread-mark").last().waitFor();
  await two.page.getByTestId("to-messages").click();
  await message(two.page, "Shall we talk about the day?").waitFor();
  await two.page.getByTestId("contact").getByText("+44 20 7946 0958").waitFor();
  await formIsInSight(two.page);
  await two.page.getByTestId("unread-mark").first().waitFor({ state: "detached" }); // read here, and so not unread any more

  await write(two.page, "שלום שרה 💐");
  await message(one.page, "שלום שרה 💐").waitFor();
  assert.equal(await one.page.getByTestId("message").count(), 2);
  await one.page.getByTestId("unread-mark").first().waitFor({ state: "detached" });
  await write(
    one.page,
    "https://example.org/a-very-long-address-without-any-place-to-break-it-on-a-phone-that-is-narrow",
  );
  await message(two.page, "https://example.org").waitFor();

  for (const [{ page }, side] of [
    [one, "supplier"],
    [two, "couple"],
  ] as const) {
    for (const [size, viewport] of [
      ["1440", WIDE],
      ["360", NARROW],
    ] as const) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await picture(page, `messages-${side}-${size}-${colorScheme}`);
        assert.deepEqual(await wellBuilt(page), [], `${side} at ${size}, ${colorScheme}`);
      }
    }
  }
  assert.deepEqual([...one.problems, ...two.problems], []);
});

test("a draft outlives a reload, and a message that failed is sent again, once", async () => {
  const { page } = await visit(NARROW, `/conversations/${conversation}`, await sessionOf(COUPLE));
  await page.getByTestId("message-text").fill("Half a thought");
  await page.waitForFunction(() => JSON.stringify(sessionStorage).includes("Half a thought"));
  await page.reload();
  await page.getByText("Your draft is restored.").waitFor();
  assert.equal(await page.getByTestId("message-text").inputValue(), "Half a thought");

  // The server takes it, and its answer gets lost.
  let lost = 0;
  await page.route(`${BASE}/graphql`, async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName: string };
    if (operationName !== "SendMessage" || lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await write(page, "A whole thought");
  const failed = page.locator("[data-testid=outgoing][data-state=failed]");
  await failed.getByText("Not sent.").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "message-failed-360");
  await page.reload();
  await failed.getByRole("button", { name: "Send again" }).click();
  await failed.waitFor({ state: "detached" });
  await message(page, "A whole thought").waitFor();
  assert.equal(await message(page, "A whole thought").count(), 1);
});

test("a message is reported, hidden by a moderator, and gone from the open page", async () => {
  const { page, problems } = await visit(NARROW, `/conversations/${conversation}`, await sessionOf(COUPLE));
  await ask(supplierToken, SEND, { id: conversation, text: "Something rude", key: "rude" });
  await message(page, "Something rude").getByRole("button", { name: "More about this message" }).click();
  await page.getByRole("menuitem", { name: "Report" }).click();
  await page.getByLabel("What is wrong with it?").fill("It is rude");
  await page.getByRole("button", { name: "Report" }).click();
  await page.getByText("Our team looks at this message.").waitFor();
  const moderator = await visit(NARROW, "/admin/directory?tab=reports", await sessionOf());
  const report = moderator.page.getByTestId("message-report");
  await report.getByText("“Something rude”").waitFor();
  await report.getByText("Sarah Photography to Emma & James").waitFor();
  await report.getByText("Reported because: It is rude").waitFor();
  await inspected(moderator.page, "message-report");
  await decide(moderator.page, "hide-message-btn", "Not polite", "Hide");
  await moderator.page.getByText("No message waits for a decision.").waitFor();
  await page.getByText("Hidden by our team: Not polite").waitFor();
  assert.equal(await message(page, "Something rude").count(), 0);
  await moderator.page.getByText("Decided", { exact: true }).click();
  await inspected(moderator.page, "message-report-decided");
  await decide(moderator.page, "show-message-btn", "It was a quotation", "Show");
  await message(page, "Something rude").waitFor();
  assert.deepEqual([...problems, ...moderator.problems], []);
});

async function decide(page: Page, button: string, reason: string, confirm: string): Promise<void> {
  await page.getByTestId(button).click();
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("dialog").getByRole("button", { name: confirm, exact: true }).click();
}

async function inspected(page: Page, name: string): Promise<void> {
  for (const viewport of [NARROW, WIDE]) {
    await page.setViewportSize(viewport);
    await picture(page, `${name}-${viewport.width}`);
    assert.deepEqual(await wellBuilt(page), [], name);
  }
}

test("a report that is no reason to act is dismissed, and the message stays", async () => {
  const { page, problems } = await visit(NARROW, `/conversations/${conversation}`, await sessionOf(COUPLE));
  await ask(supplierToken, SEND, { id: conversation, text: "Something harmless", key: "harmless" });
  await message(page, "Something harmless").getByRole("button", { name: "More about this message" }).click();
  await page.getByRole("menuitem", { name: "Report" }).click();
  await page.getByLabel("What is wrong with it?").fill("I do not like it");
  await page.getByRole("button", { name: "Report" }).click();
  await page.getByText("Our team looks at this message.").waitFor();
  const moderator = await visit(WIDE, "/admin/directory?tab=reports", await sessionOf());
  await decide(moderator.page, "dismiss-report-btn", "Harmless", "Leave it");
  await moderator.page.getByText("No message waits for a decision.").waitFor();
  await message(page, "Something harmless").waitFor();
  assert.deepEqual([...problems, ...moderator.problems], []);
});

test("long conversations are read page by page, and what is new comes below", async () => {
  for (let number = 1; number <= 24; number += 1) {
    // below the limit of 30 a minute, for each side
    for (const token of [supplierToken, await coupleToken()]) {
      await ask(token, SEND, { id: conversation, text: `number ${number}`, key: `number-${number}` });
    }
  }
  const { page, problems } = await visit(WIDE, `/messages/${conversation}`, await sessionOf(SUPPLIER));
  await message(page, "number 24").first().waitFor();
  assert.equal(await page.getByTestId("message").count(), 50);
  await page.getByRole("button", { name: "Earlier messages" }).click();
  await message(page, "Hello Emma!").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  assert.deepEqual(problems, []);
});

test("once the connection has ended, both read what was said and nobody writes", async () => {
  const { page, problems } = await visit(NARROW, `/conversations/${conversation}`, await sessionOf(COUPLE));
  await page.getByTestId("message-text").waitFor();
  const { viewer } = await ask<{ viewer: { supplier: { clients: { nodes: { id: string }[] } } } }>(
    supplierToken,
    "{ viewer { supplier { clients { nodes { id } } } } }",
  );
  await ask(supplierToken, ARCHIVE, { input: { id: viewer.supplier.clients.nodes[0]?.id, archived: true } });
  await page.getByTestId("conversation-ended").waitFor();
  await message(page, "number 24").first().waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "conversation-ended-360");
  assert.deepEqual(problems, []);
});

let held: string | undefined;
async function coupleToken(): Promise<string> {
  held ??= await tokenOf(COUPLE);
  return held;
}

const SEND = `mutation ($id: ID!, $text: String!, $key: String!) {
  sendMessage(input: { conversationId: $id, text: $text, idempotencyKey: $key }) { errors { message } } }`;
const ARCHIVE = "mutation ($input: UpdateClientInput!) { updateClient(input: $input) { errors { message } } }";
