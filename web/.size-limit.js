// What a first visit downloads, from the build's own manifest: the entry, the page's chunk and all they import
// statically. Chunks that wait for a click (menus, dialogs, Markdown) are not part of a page's first load.
import { existsSync, readFileSync } from "node:fs";

const path = new URL("dist/.vite/manifest.json", import.meta.url);
if (!existsSync(path)) throw new Error("No build to measure: run `npm run build` first.");
const manifest = JSON.parse(readFileSync(path, "utf8"));

function files(...entries) {
  const seen = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    if (manifest[key] === undefined) throw new Error(`The build has no ${key}: is the page still there?`);
    seen.add(key);
    (manifest[key].imports ?? []).forEach(visit);
  };
  entries.forEach(visit);
  return [...new Set([...seen].map((key) => `dist/${manifest[key].file}`))];
}

const entry = "index.html";
const only = (list, known) => list.filter((file) => !known.includes(file));
const chat = files(
  entry,
  "src/features/chat/routes.tsx",
  "src/features/chat/components/sidebar/ChatSidebar.tsx",
);

export default [
  { name: "Chat page, first load", path: chat, limit: "200 kB", gzip: true },
  {
    name: "Landing page, first load",
    path: files(entry, "src/features/landing/landing-page.tsx"),
    limit: "170 kB",
    gzip: true,
  },
  {
    name: "Sign-in page, first load",
    path: files(entry, "src/features/auth/login-page.tsx"),
    limit: "190 kB",
    gzip: true,
  },
  {
    name: "Conversation, with the first message",
    path: only(files("src/features/chat/components/thread/Thread.tsx"), chat),
    limit: "25 kB",
    gzip: true,
  },
  {
    name: "Markdown, with the first answer",
    path: only(files("src/markdown/MarkdownView.tsx"), chat),
    limit: "75 kB",
    gzip: true,
  },
  {
    name: "PDF viewer, with the first PDF",
    path: only(files("src/features/documents/pdf/pdf-view.tsx"), chat),
    limit: "165 kB",
    gzip: true,
  },
  {
    name: "Steps, questions and sources, with the first tool",
    path: only(files("src/features/chat/components/thread/activity.tsx"), chat),
    limit: "30 kB",
    gzip: true,
  },
  {
    name: "Chart, with the first quote",
    path: only(files("src/features/chat/components/stock/StockChart.tsx"), chat),
    limit: "30 kB",
    gzip: true,
  },
  { name: "Styles", path: manifest[entry].css.map((file) => `dist/${file}`), limit: "20 kB", gzip: true },
];
