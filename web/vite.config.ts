import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { chunks } from "./scripts/chunks.ts";
import { compressed } from "./scripts/compressed.ts";
import { documentsInPlace } from "./scripts/documents-in-place.ts";
import { plainFonts } from "./scripts/plain-fonts.ts";

/** `npm run dev` beside `launch up`; in production the server itself serves `dist/`. */
export default defineConfig({
  plugins: [react(), documentsInPlace(), plainFonts(), compressed()],
  build: {
    target: "es2022",
    sourcemap: false,
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      checks: { moduleLevelDirective: false }, // GraphiQL's "use no memo" means nothing here
      output: chunks,
    },
    chunkSizeWarningLimit: 1000, // scripts/first-load.ts holds what counts: the bytes on the wire
  },
  test: {
    include: ["src/**/*.test.ts"], // e2e/ needs a server and a browser
    isolate: false,
    env: { TZ: "America/Los_Angeles" }, // a zone in which days that are taken for moments move
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } },
  },
});
