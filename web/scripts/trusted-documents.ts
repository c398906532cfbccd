import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

import { formatDocument, stringifyDocument } from "@urql/core";
import type { DocumentNode } from "graphql";

import * as generated from "../src/gql/graphql.ts";

/**
 * Lists the documents of these pages by their SHA-256, for a server with TRUSTED_DOCUMENTS_ONLY.
 * Written as the client writes them: the cache asks for `__typename` in each object.
 */
const found: Record<string, string> = {};
for (const document of Object.values(generated) as DocumentNode[]) {
  if (!document.definitions.some(({ kind }) => kind === "OperationDefinition")) continue;
  const text = stringifyDocument(formatDocument(document));
  found[createHash("sha256").update(text).digest("hex")] = text;
}
writeFileSync(new URL("../dist/documents.json", import.meta.url), `${JSON.stringify(found, null, 1)}\n`);
