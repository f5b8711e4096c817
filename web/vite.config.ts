import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { pdfAssets } from "./tools/pdf-assets.ts";
import { precompress } from "./tools/precompress.ts";
import { preloadFont } from "./tools/preload-font.ts";

/** Where `kuma serve` listens in development; `make dev` starts both. */
const server = process.env["KUMA_DEV_SERVER"] ?? "http://127.0.0.1:3001";
const proxied = { target: server, changeOrigin: false };

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    pdfAssets(),
    preloadFont(/geist-latin-wght-normal.*\.woff2$/),
    precompress(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    proxy: { "/api": proxied, "/health": proxied, "/v1": proxied },
  },
  worker: { format: "es" },
  build: {
    outDir: "dist",
    target: "es2023",
    sourcemap: false,
    manifest: true,
    // A data: font or script would be refused by the server's Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs and no release of ours changes: stays cached across upgrades.
            {
              name: "vendor",
              test: /node_modules[\\/](react|react-dom|scheduler|react-router|zustand|use-sync-external-store|i18next|@tanstack[\\/](query-core|react-query)|openapi-fetch|openapi-react-query|clsx|class-variance-authority|tailwind-merge)[\\/]/,
              priority: 20,
            },
            // Ours that every page needs: one file compresses better than a dozen.
            {
              name: "base",
              test: /src[\\/](lib[\\/](?!i18n[\\/]locales|sse|forms|documents|files|bytes|use-file-drop)|ui[\\/](button|kbd|logo|tooltip|overlay|page-header|skeleton|spinner|avatar|menu|drawer|toast|use-title)\.)/,
              priority: 10,
            },
            // What the chat page always needs and lazy pages share with it: else each piece becomes a file.
            {
              name: "thread",
              test: /src[\\/](lib[\\/]sse\.|markdown[\\/]Markdown\.|ui[\\/](title-field|empty-state)\.|features[\\/]chat[\\/](api|stream)[\\/]|features[\\/]chat[\\/]components[\\/]use-chat-actions\.|features[\\/]chat[\\/]state[\\/](chat-events|deletions|thread-store|runs|following|sending|turn|local-messages|tree|drafts|choices|loading)\.)|lucide-react[\\/]dist[\\/]esm[\\/]icons[\\/](chevron-up|plug|refresh-cw|trash)\./,
              priority: 5,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://kuma.test/", pretendToBeVisual: true } },
    setupFiles: ["./src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "tools/**/*.test.ts"],
    css: false,
    restoreMocks: true,
    // Bounds for a hang, not for speed: the machine may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
