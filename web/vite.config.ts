import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npm run dev` beside `launch up`; in production the server itself serves `dist/`. */
export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0 },
  server: {
    host: "127.0.0.1",
    proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } },
  },
});
