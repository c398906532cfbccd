import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { admin, session } from "./admin.ts";
import { BASE, browser, NARROW, picture, switchFlag, wellBuilt, WIDE } from "./browser.ts";
import { openIncident } from "./incidents.ts";
import { supplier } from "./people.ts";
import { missedSenses } from "./senses.ts";

/** The pages of the launch team as they look and load; what they do is in admin.test.ts (S75 to S81, S103). */

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
    ["/admin/directory?tab=activity", "[data-kind=SUPPLIER_SIGNED_UP]"],
    ["/admin/directory?tab=stalled", "main section"],
    ["/admin/directory?tab=reports", "text=No message waits"],
    ["/admin/directory?tab=outbox", "text=Confirm"],
    ["/admin/directory?tab=team", "[data-testid^=staff-]"],
    ["/admin/audit", "[data-testid=change]"],
    ["/admin/tokens", "main section"],
    ["/admin/api", "[data-testid=curl]"],
  ];
  for (const [address, landmark] of pages) {
    await page.goto(BASE + address);
    await page.locator(landmark).first().waitFor();
    await inspect(
      page,
      address
        .slice(1)
        .replaceAll(/[^a-z0-9]+/gi, "-")
        .replace(/incidents-\d+/, "incident"),
    );
  }
  end();
});

/** As another tab of the same reader would tell it. */
function choose(newValue: "light" | "dark"): void {
  window.dispatchEvent(
    new StorageEvent("storage", { key: "mantine-color-scheme-value", newValue, storageArea: localStorage }),
  );
}

/** Wide and light, then narrow and dark. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const [size, viewport, scheme] of [
    ["1440", WIDE, "light"],
    ["360", NARROW, "dark"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.evaluate(choose, scheme);
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    await picture(page, `${name}-${size}`);
    assert.deepEqual(await wellBuilt(page), [], `${name} at ${size}`);
  }
  assert.deepEqual(await missedSenses(page), [], name);
}

test("the keyboard goes where the eye goes, in one column and in two", async () => {
  const { page, end } = await admin("/admin/launch");
  for (const [viewport, order] of [
    [NARROW, "123456"],
    [WIDE, "124356"],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.waitForFunction((expected) => {
      const steps = [...document.querySelectorAll<HTMLElement>("[data-step]")];
      return steps.map(({ dataset }) => dataset.step).join("") === expected;
    }, order);
    await page.locator("[data-testid^=flag-]").first().waitFor();
    const places = await page
      .locator("[data-step]")
      .evaluateAll((steps) =>
        steps.map((step) => ({ left: step.getBoundingClientRect().left, top: step.getBoundingClientRect().top })),
      );
    const columns = new Set(places.map(({ left }) => left));
    for (const column of columns) {
      const tops = places.filter(({ left }) => left === column).map(({ top }) => top);
      assert.deepEqual(
        tops,
        tops.toSorted((one, other) => one - other),
      );
    }
    assert.equal(columns.size, viewport === NARROW ? 1 : 2);
  }
  end();
});

test("on a slow line the dashboard comes from the top down, and nothing that is shown jumps", async () => {
  const context = await browser.newContext({ viewport: WIDE, storageState: session });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send("Network.emulateNetworkConditions", {
    // what Chromium calls Slow 4G
    offline: false,
    latency: 150,
    downloadThroughput: 200_000,
    uploadThroughput: 90_000,
  });
  await page.addInitScript(watchShifts);
  await page.goto(`${BASE}/admin/launch`);
  await page.locator("[data-testid^=flag-]").first().waitFor();
  const shifted = await page.evaluate(() => (globalThis as unknown as Shifting).shifted);
  assert.ok(shifted < 0.1, `what was shown has moved by ${shifted}; up to 0.1 is called good`);
  await context.close();
});

interface Shifting {
  shifted: number;
}

/** Sums what moves by itself (Cumulative Layout Shift). */
function watchShifts(): void {
  const sum = globalThis as unknown as Shifting;
  sum.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries() as (PerformanceEntry & { value: number })[]) sum.shifted += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
}

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
  // By keyboard: on a busy machine the help for the word under the mouse covers it before the click.
  for (const key of ["Control+End", "ArrowUp", "ArrowUp", "Control+Enter"]) await page.keyboard.press(key);
  const heard = page
    .locator(".result-window")
    .getByText(/mvp_test_feature switched/)
    .first();
  for (let change = 0; change < 10; change += 1) {
    // what happens before it listens is not told
    await switchFlag("mvp_test_feature", change % 2 === 0);
    if (
      await heard.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      )
    )
      break;
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
  await page.addInitScript(trustNone);
  await page.goto(`${BASE}/admin/api`);
  await page.getByText("This server runs trusted documents only").waitFor();
  await page.getByRole("link", { name: "Open the explorer" }).click();
  await page.getByRole("heading", { name: "The explorer is not available" }).waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  end();
});

/** The page as that server would send it: what it says is changed before any script of it has read it. */
function trustNone(): void {
  new MutationObserver((_, observer) => {
    const meta = document.querySelector<HTMLMetaElement>("meta[name=documents]");
    if (meta === null) return;
    meta.content = "trusted";
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

test("on a phone an address breaks between its parts, never within one", async () => {
  const address = "felicitas.featherstonehaugh@flowers-and-more.example.org";
  await supplier(address, "Long Letters");
  const { page, end } = await admin("/admin/directory", NARROW);
  const shown = page.locator("main .row", { hasText: "Long Letters" }).getByText(address);
  await shown.waitFor();
  assert.deepEqual(await shown.evaluate(torn), []);
  end();
});

/** Runs in the page: the words that stand on more than one line. */
function torn(element: Element): string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const { index, 0: word } of (node.nodeValue ?? "").matchAll(/\w+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (range.getClientRects().length > 1) found.push(word);
    }
  }
  return found;
}
