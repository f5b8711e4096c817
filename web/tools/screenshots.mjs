// Photographs every page in both themes at phone and desktop width, and runs axe on each in the real browser.
//   node tools/screenshots.mjs [--out DIR] [--only NAME,NAME] [--theme light] [--width 390] [--base URL]
// --stress shows them at 320 px in the pseudo-locale, right to left: nothing may overflow or stay untranslated.
// Builds and serves the app unless --base names a server; the API is mocked either way. Exits 1 on axe findings,
// on errors in the console and on anything that scrolls sideways.
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { mockApi, signIn } from "./mock-api.mjs";
import { pages } from "./pages.mjs";
import { serveBuild } from "./serve-build.mjs";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "/tmp/shots" },
    only: { type: "string" },
    base: { type: "string" },
    stress: { type: "boolean", default: false },
    theme: { type: "string" },
    width: { type: "string" },
  },
});
const THEMES = values.theme?.split(",") ?? (values.stress ? ["light"] : ["light", "dark"]);
const WIDTHS = values.width?.split(",").map(Number) ?? (values.stress ? [320] : [390, 1280]);
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

await mkdir(values.out, { recursive: true });
const own = values.base ? null : await serveBuild();
const base = values.base ?? own.url;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

let problems = 0;
const wanted = values.only?.split(",");
try {
  for (const shot of pages.filter((entry) => !wanted || wanted.some((name) => entry.name.startsWith(name)))) {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        problems += await photograph(shot, theme, width).catch((error) => {
          console.error(`${shot.name} ${theme} ${width}: ${error.message}`);
          return 1;
        });
      }
    }
  }
} finally {
  await browser.close();
  await own?.close();
}
console.log(problems === 0 ? "No findings." : `${problems} findings.`);
process.exit(problems === 0 ? 0 : 1);

async function photograph(shot, theme, width) {
  const phone = width < 768;
  const context = await browser.newContext({
    viewport: { width, height: phone ? 844 : 800 },
    deviceScaleFactor: 2,
    colorScheme: theme,
    hasTouch: phone,
    isMobile: phone,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4|5)\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  await mockApi(page, shot.api ?? {});
  if (shot.signedIn !== false) await signIn(page);
  if (values.stress) await page.addInitScript(chooseStress);
  await page.goto(base + shot.path, { waitUntil: "networkidle" });
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
  if (values.stress) await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  else await shot.act?.(page, { phone });
  await page.waitForTimeout(250);
  const name = `${shot.name}-${theme}-${width}`;
  await page.screenshot({ path: join(values.out, `${name}.png`), fullPage: shot.fullPage === true });
  complaints.push(...(await page.evaluate(findSideways)));
  await page.evaluate(axeSource);
  // An open menu hangs in the body, outside every landmark, as the ARIA practices have it.
  const menuOpen = (await page.getByRole("menu").count()) > 0;
  const violations = await page.evaluate(async (region) => {
    const result = await globalThis.axe.run(document, {
      resultTypes: ["violations"],
      rules: { region: { enabled: region } },
    });
    return result.violations.map(
      (v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary}`).join(" | ")}`,
    );
  }, !menuOpen);
  for (const complaint of [...complaints, ...violations]) console.log(`${name}: ${complaint}`);
  await context.close();
  return complaints.length + violations.length;
}

function chooseStress() {
  localStorage.setItem("kuma.appearance", JSON.stringify({ state: { language: "en-XA" }, version: 0 }));
}

/** The page and its scrolling parts must not scroll sideways; rows of tabs and code do so on purpose. */
function findSideways() {
  const parts = [
    document.documentElement,
    ...document.querySelectorAll("main, aside, [role=dialog], [role=alertdialog]"),
  ];
  return parts
    .filter((part) => part.scrollWidth - part.clientWidth > 1)
    .map(
      (part) => `${part.tagName.toLowerCase()} scrolls sideways by ${part.scrollWidth - part.clientWidth} px`,
    );
}
