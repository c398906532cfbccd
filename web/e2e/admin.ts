import assert from "node:assert/strict";

import { sessionOf, type Visit, visit, WIDE } from "./browser.ts";

/** The admin's, logged in once for the file whose tests run. */
export const session = await sessionOf();

/** An admin's page; `end`: that its whole visit had no problem. */
export async function admin(path: string, viewport = WIDE): Promise<Visit & { end: () => void }> {
  const visited = await visit(viewport, path, session);
  return { ...visited, end: () => assert.deepEqual(visited.problems, []) };
}
