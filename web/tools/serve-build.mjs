// Builds the app with the gallery in it into a temporary folder and serves it on a random loopback port the way the
// server does: every unknown path is index.html, and the same Content-Security-Policy.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { build } from "vite";

export const CSP =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
  "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

/** → `{ url, close }`. */
export async function serveBuild() {
  const dir = await mkdtemp(join(tmpdir(), "kuma-web-"));
  await build({ mode: "gallery", logLevel: "warn", build: { outDir: dir, emptyOutDir: true } });
  const answer = async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://x").pathname);
    const send = (body, type) =>
      response.writeHead(200, { "content-type": type, "content-security-policy": CSP }).end(body);
    try {
      if (extname(path) === "") throw new Error("a page");
      send(await readFile(join(dir, path)), TYPES[extname(path)] ?? "application/octet-stream");
    } catch {
      send(await readFile(join(dir, "index.html")), TYPES[".html"]);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}
