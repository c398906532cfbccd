import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

/** What holds between the modules of the pages, tests and generated ones left out. */
const SRC = fileURLToPath(new URL("..", import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test.") && !name.startsWith("gql"))
  .map((name) => name.replaceAll("\\", "/"));
const TEXTS = new Map(FILES.map((name) => [name, readFileSync(join(SRC, name), "utf8")]));

/** The modules that one needs, types among them; what it fetches later is no need. */
function needs(name: string): string[] {
  return [...(TEXTS.get(name) ?? "").matchAll(/^(?:import|export|\})[^;]*?from "(\.[^"]+)";/gm)].flatMap(([, path]) => {
    const target = join(dirname(name), path ?? "");
    return [target, `${target}.ts`, `${target}.tsx`].filter((candidate) => TEXTS.has(candidate));
  });
}

function circleFrom(start: string): string[] | undefined {
  const ways = [[start]];
  const seen = new Set<string>();
  for (let way = ways.pop(); way; way = ways.pop()) {
    for (const next of needs(way.at(-1) ?? "")) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

test("the modules are read at all", () => {
  expect(needs("main.tsx")).toContain("app/router.tsx");
});

test("no module needs itself by way of others, not even for a type", () => {
  expect(FILES.map(circleFrom).filter(Boolean)).toEqual([]);
});

test("buttons and dialogs are those that keep the focus", () => {
  const plain = FILES.filter((name) => /import \{[^}]*\b(Button|Modal)\b[^}]*\} from "@mantine\/core"/.test(TEXTS.get(name) ?? ""));
  expect(plain).toEqual(["components/Button.tsx", "components/Dialog.tsx"]);
});
