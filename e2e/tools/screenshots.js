// Takes pictures of the product: real server, fake providers, both themes, desktop and phone.
//   npm run screenshots                                  those of the documentation, into docs/images
//   npm run screenshots -- --all --out DIR --png         every page, as PNG
//   npm run screenshots -- --all --out DIR --only chat,memories --theme dark --width 390
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch, openContext, PHONE } from "../lib/browser.js";
import { ChatPage } from "../lib/chat.js";
import { ROOT } from "../lib/env.js";
import { Kuma } from "../lib/kuma.js";
import { Services } from "../lib/services.js";
import { Upstream } from "../lib/upstream.js";
import { furnish, PINNED } from "./pictures/house.js";
import { scenes } from "./pictures/scenes.js";

/** What README and docs show. */
const KEPT = ["chat-light-1280", "chat-dark-390", "citations-light-1280", "approval-dark-1280", "document-light-1280", "memories-light-390"];

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(ROOT, "docs/images") },
    all: { type: "boolean", default: false },
    only: { type: "string" },
    theme: { type: "string", default: "light,dark" },
    width: { type: "string", default: "1280,390" },
    png: { type: "boolean", default: false },
  },
});
const only = values.only?.split(",");
const themes = values.theme.split(",");
const widths = values.width.split(",").map(Number);

const services = await Services.start();
const upstream = await Upstream.start();
const kuma = await Kuma.start({ env: { ...services.env, KUMA_ALLOW_PRIVATE_HOSTS: "127.0.0.1" } });
const browser = await launch();
let darkroom;
try {
  const house = await furnish({ kuma, upstream });
  mkdirSync(values.out, { recursive: true });
  for (const scene of scenes) {
    if (only && !only.includes(scene.name)) continue;
    for (const colorScheme of themes) {
      for (const width of widths) {
        const name = `${scene.name}-${colorScheme}-${width}`;
        if (!values.all && !KEPT.includes(name)) continue;
        const png = await photograph(scene, house, colorScheme, width);
        writeFileSync(join(values.out, `${name}.${values.png ? "png" : "webp"}`), values.png ? png : await toWebp(png));
      }
    }
  }
} finally {
  await Promise.all([browser.close(), kuma.dispose(), upstream.dispose(), services.stop()]);
}

async function photograph(scene, house, colorScheme, width) {
  const phone = width === 390;
  const complaints = [];
  const context = await openContext(browser, kuma.url, {
    colorScheme,
    reducedMotion: "reduce",
    ...(phone ? PHONE : { viewport: { width, height: 1000 } }),
    deviceScaleFactor: 2,
    ...(scene.stranger ? {} : { person: house.ada }),
    complaints,
  });
  const page = await context.newPage();
  if (scene.morning) {
    const morning = new Date();
    morning.setHours(9, 30, 0, 0);
    await page.clock.setFixedTime(morning);
  }
  await page.goto(kuma.url + (typeof scene.path === "function" ? scene.path(house) : scene.path));
  const chat = new ChatPage(page);
  const world = { page, chat, phone, upstream, kuma, ada: house.ada };
  if (!scene.stranger && !phone) await chat.row(PINNED).waitFor();
  const arrived = await scene.arrive(world);
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  await page.getByRole("tooltip", { includeHidden: true }).waitFor({ state: "detached" });
  const png = await page.screenshot({ caret: "hide" });
  await scene.leave?.(world, arrived);
  await context.close();
  if (complaints.length > 0) throw new Error(`${scene.name}: ${complaints.join("\n")}`);
  return png;
}

/** A third of the size of the PNG, and as sharp. */
async function toWebp(png) {
  darkroom ??= await browser.newPage();
  const data = await darkroom.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality: 0.8 })).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, png.toString("base64"));
  return Buffer.from(data, "base64");
}
