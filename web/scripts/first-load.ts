import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Fails where the first visit to a page loads more script than this, compressed, in bytes. */
const LIMIT = 300_000;
/** The launch team sits at a desk, and its charts and editors weigh something. */
const STAFF_LIMIT = 900_000;
/** So many files may a first visit ask for: each costs a slow line more than some bytes do. */
const FILES = 15;
/** What suppliers and couples open, often on a phone. */
const CUSTOMERS = /features\/(clients|couples|invitations|messages|onboarding|session|suppliers)\//;

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
}

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Record<string, Chunk>;

/** The chunk and all that it cannot run without. */
function needed(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of manifest[name]?.imports ?? []) needed(other, found);
  return found;
}

function files(names: Iterable<string>): number {
  return new Set([...names].flatMap((name) => [manifest[name]?.file, ...(manifest[name]?.css ?? [])])).size;
}

function bytes(names: Iterable<string>): number {
  let sum = 0;
  for (const name of names) {
    const file = manifest[name]?.file;
    if (file === undefined) throw new Error(`${name} is not in the manifest`);
    if (file.endsWith(".js")) sum += gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
  }
  return sum;
}

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
if (entry === undefined) throw new Error("the build has no entry");
const pages = Object.keys(manifest).filter((name) => /src\/.*Page\.tsx$/.test(name));
const loads = pages.map((page) => {
  const names = needed(page, needed(entry));
  return [page, bytes(names), files(names)] as const;
});
for (const [page, size, count] of loads) {
  if (process.argv.includes("--list")) {
    console.log(`${(size / 1000).toFixed(0).padStart(5)} kB in ${String(count).padStart(2)} files  ${page}`);
  }
}
let heavy = false;
for (const [page, size, count] of loads) {
  const limit = CUSTOMERS.test(page) ? LIMIT : STAFF_LIMIT;
  if (size <= limit && count <= FILES) continue;
  heavy = true;
  console.error(`${page} loads ${size} bytes of script in ${count} files first; ${limit} in ${FILES} are allowed`);
}
process.exit(heavy ? 1 : 0);
