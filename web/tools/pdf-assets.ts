import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);
const root = dirname(require.resolve("pdfjs-dist/package.json"));
const { version } = require("pdfjs-dist/package.json") as { version: string };

/** What pdf.js fetches by name when a file asks for it: character maps, the fonts that PDF takes for granted, decoders. */
const FOLDERS = ["cmaps", "standard_fonts", "wasm", "iccs"];
/** For browsers without WebAssembly, which Kuma does not support. */
const UNUSED = /nowasm_fallback/;

/** The folder under which they are served; its name changes with their content, so that browsers may keep them for good. */
const FOLDER = `assets/pdfjs-${version}`;

/** Puts them into the build, and serves them in development. */
export function pdfAssets(): Plugin {
  return {
    name: "kuma-pdf-assets",
    config: () => ({ define: { PDF_ASSETS: JSON.stringify(`/${FOLDER}/`) } }),
    async generateBundle() {
      // A worker is a bundle of its own inside the build; the files are needed once.
      if (this.environment.config.isWorker) return;
      for (const folder of FOLDERS) {
        for (const name of await readdir(join(root, folder))) {
          if (UNUSED.test(name)) continue;
          const source = await readFile(join(root, folder, name));
          this.emitFile({ type: "asset", fileName: `${FOLDER}/${folder}/${name}`, source });
        }
      }
    },
    configureServer(server) {
      server.middlewares.use(`/${FOLDER}`, (request, response, next) => {
        const path = /^\/(\w+)\/([\w.-]+)$/.exec(request.url ?? "");
        if (path?.[1] === undefined || path[2] === undefined || !FOLDERS.includes(path[1])) return next();
        response.setHeader(
          "Content-Type",
          path[2].endsWith(".wasm") ? "application/wasm" : "application/octet-stream",
        );
        createReadStream(join(root, path[1], path[2]))
          .on("error", next)
          .pipe(response);
      });
    },
  };
}
