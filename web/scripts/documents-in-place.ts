import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { DocumentNode } from "graphql";
import type { Plugin } from "vite";

const CALL = /\bgraphql\(`\s*(query|mutation|subscription|fragment)\s+(\w+)[^`]*`\)/g;
const GENERATED = "src/gql/graphql.ts";

/**
 * Puts each document where it is written. The `graphql()` of the generated code finds it in a table
 * of all of them, which everybody would fetch and parse: 300 kB, for the one that a page asks with.
 */
export function documentsInPlace(): Plugin {
  let documents: Record<string, DocumentNode> = {};
  return {
    name: "documents-in-place",
    apply: "build",
    enforce: "pre",
    async configResolved({ root }) {
      const generated = resolve(root, GENERATED);
      if (existsSync(generated)) documents = (await import(pathToFileURL(generated).href)) as typeof documents;
    },
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: /\bgraphql\(`/ },
      handler: (code) =>
        code
          .replace(CALL, (_, kind: string, name: string) => {
            const document = documents[`${name}${kind === "fragment" ? "FragmentDoc" : "Document"}`];
            if (document === undefined) throw new Error(`${name} is not among the generated documents`);
            return JSON.stringify(document);
          })
          .replace(/^import \{ graphql \} from "[^"]*\/gql";\n/m, ""),
    },
  };
}
