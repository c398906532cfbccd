import assert from "node:assert/strict";
import { before, test } from "node:test";

import { BASE, NARROW, picture, switchFlag, visit, wellBuilt, WIDE } from "./browser.ts";
import { confirm, inLetter, invite, supplier } from "./people.ts";

/** A couple without a password, with two suppliers and two devices (M2, M3, M8). */

const FEATURES = ["mvp_client_management", "mvp_client_invitations", "mvp_couple_dashboard", "mvp_couple_suppliers"];
before(async () => {
  for (const key of FEATURES) await switchFlag(key, true);
});

test("a couple without a password has two suppliers on two devices (M3)", async () => {
  const photographer = await supplier("m3-photos@example.org", "Lens & Light");
  await confirm("m3-photos@example.org");
  await invite(photographer, "Emma & James", "m3@example.org");
  const first = await pathInLetter("m3@example.org", "Lens & Light");

  // On the laptop: the form begins with what the supplier has typed (M8).
  const laptop = await visit(WIDE, first);
  await laptop.page.getByTestId("partner1-name").waitFor();
  assert.equal(await laptop.page.inputValue('[data-testid="partner1-name"]'), "Emma");
  assert.equal(await laptop.page.inputValue('[data-testid="partner2-name"]'), "James");
  assert.equal(await laptop.page.inputValue('[data-testid="wedding-date"]'), "2027-08-15");
  await laptop.page.fill('[data-testid="partner1-name"]', "Emma Stone");
  await laptop.page.click('[data-testid="create-account-btn"]');
  await laptop.page.getByTestId("connection-success").waitFor();

  // On the phone: the letter of the second supplier is all that it takes.
  const florist = await supplier("m3-flowers@example.org", "Wild Flowers");
  await confirm("m3-flowers@example.org");
  await invite(florist, "E & J", "m3@example.org");
  const phone = await visit(NARROW, await pathInLetter("m3@example.org", "Wild Flowers"));
  await phone.page.click('[data-testid="create-account-btn"]');
  await phone.page.getByTestId("connection-success").waitFor();
  await phone.page.goto(`${BASE}/suppliers`);
  await phone.page.getByText("Lens & Light").waitFor();
  await phone.page.getByText("Wild Flowers").waitFor();
  await phone.page.goto(`${BASE}/profile`);
  await phone.page.getByText("m3@example.org").first().waitFor();
  await laptop.page.goto(`${BASE}/suppliers`);
  await laptop.page.getByText("Wild Flowers").waitFor();
  assert.deepEqual([...laptop.problems, ...phone.problems], []);
});

test("a link that came by chat: the mailbox logs in, and leads back to it (M3)", async () => {
  const one = await supplier("chat-one@example.org", "Chat One");
  const laptop = await visit(WIDE, await invite(one, "Ana & Ben"));
  await laptop.page.fill('[data-testid="email"]', "chat@example.org");
  await laptop.page.click('[data-testid="create-account-btn"]');
  await laptop.page.getByTestId("connection-success").waitFor();

  const two = await supplier("chat-two@example.org", "Chat Two");
  const phone = await visit(NARROW, await invite(two, "Ana & Ben"));
  await phone.page.fill('[data-testid="email"]', "chat@example.org");
  await phone.page.click('[data-testid="create-account-btn"]');
  await phone.page.getByTestId("log-in-link-btn").click();
  await phone.page.getByText("The link leads back to this invitation").waitFor();
  const [, link] = await inLetter("chat@example.org", /(\/log-in-link\?token=[\w-]+&invitation=[\w-]+)/);

  // Looking uses nothing up: mail scanners open every link.
  const scanner = await visit(WIDE, link);
  await scanner.page.getByTestId("log-in-by-link-btn").waitFor();
  await phone.page.goto(`${BASE}${link ?? ""}`);
  assert.deepEqual(await wellBuilt(phone.page), []);
  await picture(phone.page, "log-in-link-360");
  await phone.page.getByTestId("log-in-by-link-btn").click();
  await phone.page.getByText("one click connects you").waitFor();
  await phone.page.click('[data-testid="create-account-btn"]');
  await phone.page.getByTestId("connection-success").waitFor();
  await phone.page.goto(`${BASE}/suppliers`);
  await phone.page.getByText("Chat One").waitFor();
  await phone.page.getByText("Chat Two").waitFor();

  await scanner.page.getByTestId("log-in-by-link-btn").click();
  await scanner.page.getByText("This link was used already").waitFor();
  assert.deepEqual([...laptop.problems, ...phone.problems, ...scanner.problems], []);
});

test("the log-in page mails a link, whether or not there is an account (M3)", async () => {
  const { page, problems } = await visit(NARROW, "/login");
  await page.getByTestId("log-in-link-btn").click();
  await page.getByText("Enter your e-mail first").waitFor();
  await page.getByLabel("E-mail").fill("nobody@example.org");
  await page.getByTestId("log-in-link-btn").click();
  await page.getByRole("heading", { name: "Check your inbox" }).waitFor();
  assert.deepEqual(problems, []);
});

test("an answer that got lost, even with the page, locks nobody out (M2)", async () => {
  const token = await supplier("lost@example.org", "Lost & Found");
  const path = await invite(token, "Kim & Lee");
  const { page, problems } = await visit(NARROW, path);
  await page.getByTestId("email").fill("kim@example.org");
  let lost = 0;
  await page.route("**/graphql", async (route) => {
    const sent = route.request().postData() ?? "";
    if (!sent.includes("partner1Name") || !sent.includes("idempotencyKey")) return route.continue();
    await route.fetch(); // it reaches the server
    lost += 1;
    return route.abort("connectionreset");
  });
  await page.click('[data-testid="create-account-btn"]');
  await page.getByRole("alert").waitFor();
  assert.ok(lost > 0);
  await page.unroute("**/graphql");
  await page.context().clearCookies(); // the cookie came with the answer

  await page.reload();
  await page.getByTestId("accept-repeat-btn").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "accept-repeat-360");
  await page.getByTestId("accept-repeat-btn").click();
  await page.getByTestId("connection-success").waitFor();
  await page.goto(`${BASE}/suppliers`);
  await page.getByText("Lost & Found").waitFor();
  assert.deepEqual(
    problems.filter((problem) => !problem.includes("ERR_CONNECTION_RESET")),
    [],
  );
});

/** That of the accept page in the newest letter of a supplier. */
async function pathInLetter(email: string, business: string): Promise<string> {
  const pattern = new RegExp(`${business.replace("&", "(?:&|&amp;)")}[\\s\\S]*?(/accept/[\\w-]{43})`);
  const [, path = ""] = await inLetter(email, pattern);
  return path;
}
