import assert from "node:assert/strict";
import { before, test } from "node:test";

import { NARROW, picture, sessionOf, switchFlag, visit, wellBuilt, WIDE } from "./browser.ts";
import { confirm, supplier } from "./people.ts";

/** Clients from a spreadsheet, and their invitations (M10). */

const FEATURES = ["mvp_supplier_dashboard", "mvp_client_management", "mvp_client_invitations"];
before(async () => {
  for (const key of FEATURES) await switchFlag(key, true);
});

const GERMAN = [
  "Brautpaar;Mailadresse;Hochzeit;Telefon",
  "Zoë & Jürgen;zoe@example.org;03/04/2027;1",
  ";nobody;04/05/2027;2",
  "Ana & Ben;ana@example.org;25.12.2027;3",
  "",
].join("\r\n");

function file(name: string, text: string, encoding: BufferEncoding = "utf8") {
  return { name, mimeType: "text/csv", buffer: Buffer.from(text, encoding) };
}

test("a spreadsheet of Windows is looked at, corrected and imported, on a phone", async () => {
  await supplier("imports@example.org", "Imports Ltd");
  const { page, problems } = await visit(NARROW, "/clients", await sessionOf("imports@example.org"));
  await page.getByTestId("import-clients").click();
  await page.locator("input[type=file]").setInputFiles(file("paare.csv", GERMAN, "latin1"));

  await page.getByTestId("date-order").waitFor(); // asked once for the file
  await page.getByText("Windows-1252 with semicolons").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "import-preview-360");
  await page.getByText("The day: 03/04/2027 is 3 April").click();
  await page.getByText("Apr", { exact: false }).first().waitFor();
  await page.getByTestId("row-3").getByText("Column 2: Mailadresse").waitFor();

  await page.getByTestId("import-now").click();
  await page.getByTestId("import-result").getByText("2 clients added").waitFor();
  await page.getByText("1 row could not be imported").waitFor();
  const row = page.getByTestId("row-3");
  await row.getByLabel("Names of the couple").fill("Mia & Tom");
  await row.getByLabel("E-mail").fill("mia@example.org");
  await page.getByTestId("check-again").click();
  await page.getByRole("heading", { name: "1 new client" }).waitFor();
  await picture(page, "import-corrected-360");
  await page.getByTestId("import-now").click();
  await page.getByTestId("import-result").getByText("1 client added").waitFor();
  await page.getByText("2 clients already there").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await page.getByTestId("to-clients").click();
  for (const names of ["Zoë & Jürgen", "Ana & Ben", "Mia & Tom"]) await page.getByTestId(`client-${names}`).waitFor();
  assert.deepEqual(problems, []);
});

test("what cannot be imported comes back as a file; columns are corrected", async () => {
  await supplier("columns@example.org", "Columns Ltd");
  const { page, problems } = await visit(WIDE, "/clients/import", await sessionOf("columns@example.org"));
  await page
    .locator("input[type=file]")
    .setInputFiles(file("list.csv", "A,B\nana@example.org,Ana & Ben\nnobody,=1+1\n"));
  await page.getByText("Say which column holds the names of the couple.").waitFor();
  await page.getByTestId("import-columns").getByLabel("B").selectOption({ label: "Names of the couple" });
  await page.getByTestId("import-columns").getByLabel("A").selectOption({ label: "E-mail" });
  await page.getByRole("heading", { name: "1 new client" }).waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "import-columns-1440");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("download-rows").click()]);
  assert.equal(download.suggestedFilename(), "to correct - list.csv");
  await page.locator("input[type=file]").setInputFiles(file("book.csv", "PK\u0003\u0004"));
  await page.getByText("This is a workbook, not a CSV file.").waitFor();
  assert.deepEqual(problems, []);
});

test("many are invited within the limits, and those that wait can be stopped", async () => {
  await supplier("bulk@example.org", "Bulk Ltd");
  await confirm("bulk@example.org");
  const { page, problems } = await visit(WIDE, "/clients/import", await sessionOf("bulk@example.org"));
  const lines = Array.from({ length: 1000 }, (_, index) => `Couple ${index},couple${index}@example.org,2028-05-01`);
  const began = Date.now();
  await page.locator("input[type=file]").setInputFiles(file("many.csv", ["Name,E-mail,Date", ...lines].join("\n")));
  await page.getByTestId("import-now").click();
  await page.getByTestId("import-result").getByText("1,000 clients added").waitFor();
  console.error(`1,000 rows: looked at and imported in ${Date.now() - began} ms`);
  await page.getByTestId("import-result").getByTestId("invite-all").click();
  await page.getByRole("button", { name: "Send the invitations" }).click();
  const progress = page.getByTestId("bulk-progress");
  await progress.getByText("20 of 1,000 invitations sent.").waitFor(); // a new account: 20 on its first day
  await page.getByTestId("bulk-forecast").getByText("within 24 hours, the last one").waitFor();
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "bulk-progress-1440");
  await page.setViewportSize(NARROW);
  assert.deepEqual(await wellBuilt(page), []);
  await picture(page, "bulk-progress-360");
  await page.getByTestId("stop-bulk").click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await progress.getByText("980 invitations stopped.").waitFor();
  assert.deepEqual(problems, []);
});
