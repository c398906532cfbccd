import assert from "node:assert/strict";
import { before, test } from "node:test";

import type { Page } from "playwright-core";

import {
  BASE,
  EMAIL,
  NARROW,
  openMarketplace,
  PASSWORD,
  picture,
  sessionOf,
  visit,
  wellBuilt,
  WIDE,
} from "./browser.ts";
import { confirm, couple, invite, supplier } from "./people.ts";
import { missedSenses } from "./senses.ts";

/** Each page at both sizes, in both colour schemes: nothing that axe calls serious, no error (S103). */

let path: string;
before(async () => {
  await openMarketplace();
  const token = await supplier("pages@example.org", "Paper & Light Photography");
  await confirm("pages@example.org");
  await invite(token, "Grace Okonkwo & Henry Fitzgerald-Montgomery", "grace.okonkwo@example.org");
  path = await invite(token, "Ines & João");
});

/** Wide and light, then narrow and dark. */
async function inspect(page: Page, address: string, landmark: string): Promise<void> {
  await page.goto(BASE + address);
  await page.locator(landmark).first().waitFor();
  const name = address
    .replace(/^\//, "")
    .replaceAll("/", "-")
    .replace(/^accept-.*/, "accept");
  for (const [size, viewport, colorScheme] of [
    ["1440", WIDE, "light"],
    ["360", NARROW, "dark"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await picture(page, `${name}-${size}`);
    assert.deepEqual(await wellBuilt(page), [], `${address} at ${size}`);
  }
  assert.deepEqual(await missedSenses(page), [], address);
}

test("pages of visitors", async () => {
  const { page, problems } = await visit();
  await inspect(page, "/login", "input[name=password]");
  await inspect(page, "/signup", "input[name=password]");
  await inspect(page, "/forgot-password", "input[name=email]");
  await inspect(page, "/reset-password", "input[name=password]");
  await inspect(page, "/confirm-email", "[data-testid=confirm-email-btn]");
  await inspect(page, "/log-in-link", "[data-testid=log-in-by-link-btn]");
  await inspect(page, path, "[data-testid=partner1-name]");
  await inspect(page, "/accept/no-such-code", "[data-testid=invitation-over]");
  assert.deepEqual(problems, []);
});

test("pages of suppliers", async () => {
  const { page, problems } = await visit(WIDE, "/dashboard", await sessionOf("pages@example.org"));
  await inspect(page, "/dashboard", "[data-testid=system-status]");
  await inspect(page, "/clients", "[data-testid^=client-]");
  await inspect(page, "/notifications", "text=Nothing yet");
  await inspect(page, "/settings", "[data-testid^=feature-]");
  await inspect(page, "/onboarding/send-invitation", "[data-testid=onboarding-complete]");
  await inspect(page, "/admin/launch", "[role=alert]"); // not for this account
  assert.deepEqual(problems, []);
});

test("pages of couples, and the way of a visitor to what was asked for", async () => {
  const { context, page, problems } = await visit(WIDE, path);
  await page.fill('[data-testid="partner1-name"]', "Ines");
  await page.fill('[data-testid="partner2-name"]', "João");
  await page.fill('[data-testid="email"]', "ines@example.org");
  await page.getByLabel("Password").first().fill(PASSWORD);
  await page.click('[data-testid="create-account-btn"]');
  await page.getByTestId("connection-success").waitFor();
  await picture(page, "connected-1440");
  await context.clearCookies();
  await page.goto(`${BASE}/suppliers`);
  await page.getByLabel("E-mail").fill("ines@example.org");
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByTestId("partnership").waitFor();
  await inspect(page, "/overview", "[data-testid=partnership]");
  await inspect(page, "/suppliers", "[data-testid=partnership]");
  await inspect(page, "/inbox", "[data-testid=notification]");
  await inspect(page, "/profile", "[data-testid^=feature-]");
  assert.deepEqual(problems, []);
});

test("an address that no page has is answered as such, with a way on", async () => {
  const { page } = await visit();
  const response = await page.goto(`${BASE}/nowhere`);
  assert.equal(response?.status(), 404);
  await page.getByRole("link", { name: "Log in" }).click();
  await page.getByLabel("E-mail").waitFor();
});

/** What a page needs before it asks for what is its own: who is there, and which parts are open to them. */
const BEFORE = ["Viewer", "ViewerFlags"];

/** Each page with what it shows once the graph answers it. */
const READING: [who: string, pages: [address: string, landmark: string][]][] = [
  [
    EMAIL,
    [
      ["/admin/launch", "[data-testid^=phase-]"],
      ["/admin/monitoring", "[data-testid=history-database]"],
      ["/admin/incidents/2000000000", "text=Incident not found"],
      ["/admin/flags", "[data-testid^=flag-]"],
      ["/admin/flags/mvp_supplier_dashboard", "[data-testid=flag-state]"],
      ["/admin/playground", "[data-testid^=evaluated-]"],
      ["/admin/directory", "text=Paper & Light Photography"],
      ["/admin/directory?tab=couples", "text=/Ines|No couple has signed up yet/"],
      ["/admin/directory?tab=invitations", "text=Grace Okonkwo"],
      ["/admin/directory?tab=stalled", "text=/last seen|No stalled onboardings/"],
      ["/admin/directory?tab=outbox", "text=Confirm"],
      ["/admin/directory?tab=team", "[data-testid^=staff-]"],
      ["/admin/audit", "[data-testid=change]"],
      ["/admin/tokens", "text=/No token yet|never used|last used/"],
      ["/admin/account", "[data-testid=device]"],
    ],
  ],
  [
    "pages@example.org",
    [
      ["/dashboard", "[data-testid=system-status]"],
      ["/clients", "[data-testid^=client-]"],
      ["/messages", "text=/Nobody to write to yet|Ines/"],
      ["/notifications", "text=/Nothing yet|accepted your invitation/"],
      ["/settings", "[data-testid=device]"],
      ["/onboarding/send-invitation", "[data-testid=onboarding-complete]"],
    ],
  ],
  [
    "pages-couple@example.org",
    [
      ["/overview", "text=Next steps"],
      ["/suppliers", "text=No suppliers yet"],
      ["/conversations", "text=Nobody to write to yet"],
      ["/inbox", "text=Nothing yet"],
      ["/profile", "input[type=date]"],
    ],
  ],
];

for (const [who, pages] of READING) {
  test(`what cannot be read is said on each page of ${who}, and is read again (S103)`, async () => {
    if (who.includes("couple")) await couple(who);
    const { page, problems } = await visit(NARROW, "/login", await sessionOf(who));
    await page.addInitScript(breakOperations, { except: BEFORE, message: FAULT });
    for (const [address, landmark] of pages) {
      await page.goto(BASE + address);
      const failed = page.getByTestId("failed");
      await failed.filter({ hasText: FAULT }).getByRole("button", { name: "Try again" }).first().waitFor();
      assert.equal(await page.locator(landmark).count(), 0, `${address} shows what it does not know`);
      assert.deepEqual(await wellBuilt(page), [], address);
      // One click may bring more than its own part back: what is gone by then needs none.
      await page.evaluate(() => {
        Object.assign(globalThis, { isBroken: false });
        document.querySelectorAll<HTMLElement>("[data-testid=failed] button").forEach((button) => button.click());
      });
      await page.locator(landmark).first().waitFor();
      await page.waitForFunction(() => document.querySelector("[data-testid=failed]") === null);
    }
    assert.deepEqual(problems, []);
  });
}

const FAULT = "It failed on our side.";

/** Runs in each new page, whose operations fail until `isBroken` is false. A route of Playwright would turn its cache off. */
function breakOperations({ except, message }: { except: string[]; message: string }): void {
  const state = Object.assign(globalThis, { isBroken: true });
  const send = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const body = typeof init?.body === "string" ? init.body : "{}";
    const { operationName } = JSON.parse(body) as { operationName?: string };
    if (!state.isBroken || operationName === undefined || except.includes(operationName)) return send(input, init);
    return Promise.resolve(Response.json({ data: null, errors: [{ message, extensions: { code: "INTERNAL" } }] }));
  };
}

test("with the server away, a first visit says so and goes on when it is back", async () => {
  const { page } = await visit(NARROW, "/login");
  let away = true;
  await page.route(`${BASE}/graphql`, (route) => (away ? route.abort() : route.continue()));
  for (const [address, landmark] of [
    ["/login", "input[name=password]"],
    ["/accept/no-such-code", "[data-testid=invitation-over]"],
  ] as const) {
    away = true;
    await page.goto(BASE + address);
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    assert.deepEqual(await wellBuilt(page), []);
    away = false;
    await page.getByRole("button", { name: "Try now" }).click();
    await page.locator(landmark).waitFor();
  }
});
