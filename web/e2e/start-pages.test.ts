import assert from "node:assert/strict";
import { before, test } from "node:test";

import type { Page } from "playwright-core";

import {
  ask,
  BASE,
  NARROW,
  openMarketplace,
  PASSWORD,
  picture,
  sessionOf,
  switchFlag,
  visit,
  wellBuilt,
  WIDE,
} from "./browser.ts";
import { confirm, supplier } from "./people.ts";

/** What suppliers and couples see first (U12), and the consent that they are asked for (M12). */

before(openMarketplace);

test("terms and privacy are accepted at sign-up, and can be read before", async () => {
  const { page, problems } = await visit(NARROW, "/signup");
  const consent = page.getByTestId("consent");
  await consent.getByRole("link", { name: "terms of use" }).waitFor();
  assert.equal(await consent.getByRole("link", { name: "privacy policy" }).getAttribute("href"), "/privacy");
  await inspected(page, "signup-consent");
  for (const address of ["/terms", "/privacy"]) {
    const reader = await visit(WIDE, address);
    await reader.page.getByTestId("legal-text").waitFor();
    await inspected(reader.page, address.slice(1));
    assert.deepEqual(reader.problems, []);
  }
  await page.getByLabel("E-mail").fill("m12@example.org");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.getByTestId("sign-up-btn").click();
  await page.waitForURL("**/onboarding/**");
  await page.goto(`${BASE}/dashboard`);
  await page.getByTestId("system-status").waitFor();
  assert.equal(await page.getByTestId("consent-note").count(), 0);
  assert.deepEqual(problems, []);
});

test("an account without consent is asked on every page, once", async () => {
  await supplier("m12-api@example.org", "No Consent Yet");
  const { page, problems } = await visit(WIDE, "/dashboard", await sessionOf("m12-api@example.org"));
  const note = page.getByTestId("consent-note");
  await note.waitFor();
  await inspected(page, "consent-note");
  await note.getByRole("button", { name: "I accept" }).click();
  await note.waitFor({ state: "detached" });
  await page.reload();
  await page.getByTestId("system-status").waitFor();
  assert.equal(await page.getByTestId("consent-note").count(), 0);
  assert.deepEqual(problems, []);
});

test("the start pages say what comes next on both sides", async () => {
  const photographer = await supplier("u12@example.org", "First Light");
  await confirm("u12@example.org");
  const connected = await client(photographer, "Nora & Sam", "2027-05-08");
  const couple = await visit(NARROW, await linkOf(photographer, connected, 14));
  await couple.page.getByTestId("email").fill("u12-nora@example.org");
  await couple.page.getByLabel("Password").first().fill(PASSWORD);
  await couple.page.getByTestId("create-account-btn").click();
  await couple.page.getByTestId("connection-success").waitFor();
  await linkOf(photographer, await client(photographer, "Ida & Tom", "2027-09-18"), 2);
  await client(photographer, "Mia & Leo", "2028-01-22");
  await write("u12-nora@example.org", "Could we meet at the venue on Friday?");

  const { page, problems } = await visit(WIDE, "/dashboard", await sessionOf("u12@example.org"));
  await page.getByTestId("todo-unread").getByText("Answer Nora & Sam").waitFor();
  await page.getByTestId("todo-ending").getByText("Remind Ida & Tom").waitFor();
  await page.getByTestId("todo-invite").getByText("Invite one client").waitFor();
  const weddings = await page.getByTestId("next-wedding").allInnerTexts();
  assert.deepEqual(
    weddings.map((text) => text.split("\n")[0]),
    ["Nora & Sam", "Ida & Tom", "Mia & Leo"],
  );
  await inspected(page, "dashboard-start");

  await couple.page.goto(`${BASE}/overview`);
  await couple.page.getByTestId("last-message").getByText("You: Could we meet").waitFor();
  await couple.page.getByText(/in [\d,]+ days/).waitFor();
  await inspected(couple.page, "overview-start");

  // What was open and is switched off is paused; what was never on is not open yet.
  await switchFlag("mvp_couple_dashboard", false);
  await couple.page.locator("[data-testid=not-yet-mvp_couple_dashboard][data-availability=PAUSED]").waitFor();
  await inspected(couple.page, "overview-paused");
  await switchFlag("mvp_supplier_dashboard", false);
  await page.locator("[data-testid=not-yet-mvp_supplier_dashboard][data-availability=PAUSED]").waitFor();
  await inspected(page, "dashboard-paused");
  await switchFlag("mvp_couple_dashboard", true);
  await switchFlag("mvp_supplier_dashboard", true);
  await page.getByTestId("todo-unread").waitFor();
  assert.deepEqual([...problems, ...couple.problems], []);
});

async function client(token: string, coupleNames: string, weddingDate: string): Promise<string> {
  const { addClient } = await ask<{ addClient: { client: { id: string } } }>(
    token,
    "mutation ($input: AddClientInput!) { addClient(input: $input) { client { id } } }",
    { input: { coupleNames, weddingDate } },
  );
  return addClient.client.id;
}

/** The path of an invitation that ends after some days. */
async function linkOf(token: string, id: string, days: number): Promise<string> {
  const { inviteClient } = await ask<{ inviteClient: { invitation: { acceptUrl: string } } }>(
    token,
    "mutation ($id: ID!, $days: Int) { inviteClient(clientId: $id, expiresInDays: $days) { invitation { acceptUrl } } }",
    { id, days },
  );
  return new URL(inviteClient.invitation.acceptUrl).pathname;
}

/** Sends a message in the only conversation of a couple. */
async function write(email: string, text: string): Promise<void> {
  const { logIn } = await ask<{ logIn: { session: { accessToken: string } } }>(
    null,
    "mutation ($email: EmailAddress!, $password: String!) { logIn(email: $email, password: $password) { session { accessToken } } }",
    { email, password: PASSWORD },
  );
  const token = logIn.session.accessToken;
  const { conversations } = await ask<{ conversations: { nodes: { id: string }[] } }>(
    token,
    "{ conversations { nodes { id } } }",
    {},
  );
  await ask(token, "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { errors { code } } }", {
    input: { conversationId: conversations.nodes[0]?.id, text, idempotencyKey: crypto.randomUUID() },
  });
}

/** At both sizes. */
async function inspected(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? WIDE;
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    await picture(page, `${name}-${viewport.width}`);
    assert.deepEqual(await wellBuilt(page), [], `${name} at ${viewport.width}`);
  }
  await page.setViewportSize(before);
}
