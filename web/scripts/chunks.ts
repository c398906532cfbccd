import type { Rolldown } from "vite";

/** What the parts of pages are made of; not what only the explorer and the chart use. */
const LIBRARY =
  /node_modules\/(@mantine\/(core|hooks|form|notifications)|@floating-ui|@tabler|react-|tslib|clsx|use-|klona|fast-deep-equal|tabbable)/;
const OWN = /\/src\//;

/**
 * Few files instead of a hundred small ones: on a slow line a page waits for their number, not for
 * their bytes. What many pages share is one file; what some share, one for each set of them, the small
 * ones joined with their likes. scripts/first-load.ts holds both the number and the bytes.
 */
export const chunks: Rolldown.OutputOptions = {
  chunkFileNames: ({ name }) => `assets/${name.split("~")[0] ?? "part"}-[hash].js`,
  codeSplitting: {
    groups: [
      { name: "base", tags: ["$initial"], priority: 5 },
      { name: "ui", test: LIBRARY, minShareCount: 3, priority: 4 },
      { name: "parts", test: OWN, minShareCount: 4, priority: 3 },
      {
        name: "more-ui",
        test: LIBRARY,
        minShareCount: 2,
        entriesAware: true,
        entriesAwareMergeThreshold: 60_000,
        priority: 2,
      },
      {
        name: "more-parts",
        test: OWN,
        minShareCount: 2,
        entriesAware: true,
        entriesAwareMergeThreshold: 90_000,
        priority: 1,
      },
    ],
  },
};
