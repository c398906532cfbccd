import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, afterEach } from "node:test";

import sparticuz from "@sparticuz/chromium";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** What the test that started the server says. */
export const BASE = required("BASE_URL");
export const EMAIL = required("ADMIN_EMAIL");
export const PASSWORD = required("ADMIN_PASSWORD");
const ARTIFACTS = required("ARTIFACTS");

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 640 };

/** How long a busy machine may take for what takes a moment: a wait that ends says so long before. */
export const PATIENCE = 60_000;

export type SessionState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** What the running test has open. */
const open = new Set<BrowserContext>();

afterEach(async (test) => {
  const failed = "passed" in test && !test.passed;
  for (const context of open) {
    if (failed) await Promise.all(context.pages().map((page, index) => tell(page, `failed-${test.name}-${index}`)));
    await context.close();
  }
  open.clear();
});

/** What somebody would see who looked over the shoulder of the test. */
async function tell(page: Page, name: string): Promise<void> {
  try {
    console.error(`--- ${page.url()}\n${await page.locator("body").innerText({ timeout: 5000 })}\n---`);
    await save(page, name.replaceAll(/[^a-z0-9]+/gi, "-"));
  } catch (error) {
    console.error(`${name} cannot be told: ${String(error)}`);
  }
}

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What the package sets for tiny machines: all pages in one process breaks several contexts. And what would
 * let a page do more than it may in a browser that people have.
 */
const NOT_WANTED = new Set([
  "--single-process",
  "--no-zygote",
  "--disable-web-security",
  "--allow-running-insecure-content",
]);

/** Pages draw no 3D: without it, a page takes less of the processor. */
sparticuz.setGraphicsMode = false;

/** Pages live for seconds: optimised code is not worth its compiler, nor a small heap its many collections. */
const SHORT_LIVED = "--js-flags=--no-opt --no-maglev --single-threaded-gc --min-semi-space-size=32";

/** Chromium sometimes crashes while it starts, before it has seen a page; then it is started again. */
async function openBrowser(attempts = 3): Promise<Browser> {
  try {
    return await chromium.launch({
      executablePath: await sparticuz.executablePath(),
      args: [
        ...sparticuz.args.filter((arg) => !NOT_WANTED.has(arg)),
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-sync",
        "--disable-gpu",
        SHORT_LIVED,
      ],
      headless: true,
    });
  } catch (error) {
    if (attempts === 1) throw error;
    return openBrowser(attempts - 1);
  }
}

/** That of the file whose tests run. */
export const browser = await openBrowser();
after(() => browser.close());

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Errors of the console and the page; a good visit has none. */
  problems: string[];
}

/** `session`: of somebody who has logged in before. What is open when the test ends is closed then. */
export async function visit(viewport = WIDE, path = "/", session?: SessionState): Promise<Visit> {
  const context = await browser.newContext({ viewport, ...(session !== undefined && { storageState: session }) });
  open.add(context);
  context.once("close", () => open.delete(context));
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  onSent(page, (sent) => known(page, sent, problems));
  page.setDefaultTimeout(PATIENCE);
  await page.goto(BASE + path);
  return { context, page, problems };
}

/** What happens beside what the page shows, such as what it sends; fails where it does not. */
export async function soon(happened: () => boolean): Promise<void> {
  const until = Date.now() + PATIENCE;
  while (!happened()) {
    if (Date.now() > until) throw new Error(`It did not happen: ${String(happened)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Hears of each operation that the page sends, by HTTP or on its socket. */
export function onSent(page: Page, hear: (sent: Sent, over: "http" | "socket") => void): void {
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url() === `${BASE}/graphql`)
      hear(request.postDataJSON() as Sent, "http");
  });
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const { type, payload: sent } = JSON.parse(String(payload)) as { type: string; payload: Sent };
      if (type === "subscribe") hear(sent, "socket");
    });
  });
}

/** The build must list all that pages send: elsewhere than in development they send hashes alone. */
const documents = new Set<unknown>(
  Object.keys(JSON.parse(readFileSync(new URL("../dist/documents.json", import.meta.url), "utf8")) as object),
);

export interface Sent {
  query?: string;
  extensions?: { persistedQuery?: { sha256Hash: string } };
}

function known(page: Page, sent: Sent, problems: string[]): void {
  if (page.url().endsWith("/explorer")) return;
  if (sent.query) problems.push(`sent as a text: ${sent.query}`);
  const hash = sent.extensions?.persistedQuery?.sha256Hash;
  if (!documents.has(hash)) problems.push(`not in documents.json: ${hash}`);
}

/** As people do. Where that is not what is tested, `sessionOf` takes less time. */
export async function logIn(page: Page, email = EMAIL): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("[data-testid=connection][data-state=live]").waitFor();
}

/** A browser that somebody has logged in with. */
export async function sessionOf(email = EMAIL): Promise<SessionState> {
  const context = await browser.newContext();
  await context.request.post(`${BASE}/graphql`, {
    headers: { origin: BASE },
    data: { query: LOG_IN, variables: { e: email, p: PASSWORD } },
  });
  const session = await context.storageState();
  await context.close();
  return session;
}

/** Sign up as people do; the password is the one that all accounts of the tests have. */
export async function signUp(page: Page, userType: "SUPPLIER" | "COUPLE", email: string): Promise<void> {
  await openMarketplace();
  await page.goto(`${BASE}/signup`);
  if (userType === "COUPLE") await page.getByText("We are getting married").click();
  await page.getByLabel("E-mail").fill(email);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.getByTestId("sign-up-btn").click();
}

const MARKETPLACE = [
  "mvp_supplier_signup",
  "mvp_supplier_dashboard",
  "mvp_supplier_onboarding",
  "mvp_step_business_info",
  "mvp_step_first_client",
  "mvp_step_send_invitation",
  "mvp_client_management",
  "mvp_client_invitations",
  "mvp_supplier_settings",
  "mvp_invitation_accept",
  "mvp_couple_onboarding",
  "mvp_couple_dashboard",
  "mvp_couple_suppliers",
  "mvp_couple_profile",
  "mvp_step_invite_partner",
  "mvp_direct_connections",
  "mvp_onboarding_assistance",
  "mvp_realtime_updates",
];
let opened: Promise<void> | undefined;

/** Flags decide on the server (D8): all that suppliers and couples do is open for everybody, once a file. */
export async function openMarketplace(): Promise<void> {
  opened ??= (async () => {
    for (const key of MARKETPLACE) await switchFlag(key, true);
  })();
  await opened;
}

export async function switchFlag(key: string, enabled: boolean): Promise<void> {
  await ask(
    await token(),
    "mutation ($input: ToggleFeatureFlagInput!) { toggleFeatureFlag(input: $input) { errors { code } } }",
    { input: { key, enabled } },
  );
}

/** Nothing sticks out of the screen at the side, and axe finds nothing serious. */
export async function wellBuilt(page: Page): Promise<string[]> {
  const faults = await accessibilityFaults(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  const seen = page.viewportSize()?.width ?? 0;
  return width > seen ? [...faults, `${width} px wide on a screen of ${seen}`] : faults;
}

/** What a page looks like, for people: no test reads it, so it is saved on request (PICTURES=1). */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES) await save(page, name);
}

async function save(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: `${ARTIFACTS}/${name}.png`, fullPage: true });
}

/** Serious faults that axe finds, as lines. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe };
    // A colour on its way to another one has the contrast of neither.
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map((transition) => transition.finished));
    // A rule that is never serious is not run; those without a severity of their own have that of their checks.
    const lenient = axe._audit.rules.filter(({ impact }) => impact === "minor" || impact === "moderate");
    const rules = Object.fromEntries(lenient.map(({ id }) => [id, { enabled: false }]));
    const { violations } = await axe.run({ resultTypes: ["violations"], preload: false, rules });
    return violations
      .filter((item) => item.impact === "serious" || item.impact === "critical")
      .map((item) => `${item.id}: ${item.help} (${item.nodes.map((node) => node.html).join(" | ")})`);
  });
}

interface Axe {
  _audit: { rules: { id: string; impact?: string }[] };
  run(options: object): Promise<{
    violations: { id: string; impact: string; help: string; nodes: { html: string }[] }[];
  }>;
}

/** One operation from outside the browser, as another client would send it. */
export async function ask<T>(token: string | null, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${BASE}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const LOG_IN =
  "mutation ($e: EmailAddress!, $p: String!) { logIn(email: $e, password: $p) { session { accessToken } } }";

const adminToken = new Map<string, Promise<string>>();

/** The admin's token; one log-in for a test file, because log-ins are limited. */
export function token(): Promise<string> {
  const held = adminToken.get(EMAIL) ?? tokenOf(EMAIL);
  adminToken.set(EMAIL, held);
  return held;
}

export async function tokenOf(email: string): Promise<string> {
  const { logIn } = await ask<{ logIn: { session: { accessToken: string } } }>(null, LOG_IN, { e: email, p: PASSWORD });
  return logIn.session.accessToken;
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
