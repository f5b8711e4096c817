// Takes the pictures of the product for the documentation: real server, fake providers, both themes, desktop and phone.
//   npm run screenshots                       into docs/screenshots
//   npm run screenshots -- --out DIR --png    elsewhere, as PNG
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch, openContext, PHONE } from "../lib/browser.js";
import { ChatPage } from "../lib/chat.js";
import { ROOT } from "../lib/env.js";
import { Kuma } from "../lib/kuma.js";
import { Upstream } from "../lib/upstream.js";
import { until } from "../lib/wait.js";

const { values } = parseArgs({
  options: { out: { type: "string", default: join(ROOT, "docs/screenshots") }, png: { type: "boolean", default: false } },
});
const format = values.png ? "png" : "webp";

const QUESTION = "How does a bear find its den again, and how far is it?";
const ANSWER = `Mostly from memory: a bear keeps a **map of places**, and scent fills in the rest.

\`\`\`mermaid
flowchart LR
  A[First snow] --> B{Old den in reach?}
  B -- yes --> C[Known valleys]
  B -- no --> D[Search a slope]
  C --> E[Den]
  D --> E
\`\`\`

| Bear | Distance per day | Time on the way |
|:-----|-----------------:|----------------:|
| Brown bear | 12 km | 4 days |
| Polar bear | 20 km | 11 days |

\`\`\`python
def way(kilometres_per_day: float, days: int) -> float:
    return kilometres_per_day * days  # without detours for berries
\`\`\`

With a pace $v_i$ that changes from day to day the whole way is $s = \\sum_{i=1}^{n} v_i$, which for a young bear comes to rather more, since it follows its mother for two winters before it has a map of its own.`;

const CHATS = ["Notes for the reading group", "A name for the new boat", "Why sourdough needs time", "Postgres index for the search page", "Three days in the Dolomites", "Birthday speech for Lena"];
const PINNED = "Garden plan for spring";

const upstream = await Upstream.start();
const kuma = await Kuma.start({});
const browser = await launch();
let failed = false;
let darkroom;
try {
  const ada = await prepare();
  mkdirSync(values.out, { recursive: true });
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 390]) await photograph(ada, colorScheme, width);
  }
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  await Promise.all([browser.close(), kuma.dispose(), upstream.dispose()]);
}
process.exit(failed ? 1 : 0);

/** An administrator who has been here for a while. */
async function prepare() {
  const ada = await kuma.person("Ada", "ada@example.com");
  for (const [name, path] of [
    ["openai", "openai/v1"],
    ["anthropic", "anthropic/v1"],
  ]) {
    await kuma.call(ada, "PUT", `/api/admin/providers/${name}`, { kind: name, apiKey: "key-for-pictures", baseUrl: `${upstream.url}/${path}` });
  }
  const { items } = await kuma.call(ada, "GET", "/api/models");
  const model = items.find(({ id }) => /^anthropic\/.*sonnet/.test(id)) ?? items[0];
  await kuma.call(ada, "PATCH", "/api/admin/settings", { defaultModel: model.id });
  for (const title of [...CHATS].reverse()) await kuma.call(ada, "POST", "/api/chat", { title });
  const { chat } = await kuma.call(ada, "POST", "/api/chat", { title: PINNED });
  await kuma.call(ada, "PATCH", `/api/chat/${chat.id}`, { pinned: true });
  return ada;
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

async function photograph(ada, colorScheme, width) {
  const complaints = [];
  const options = { colorScheme, reducedMotion: "reduce", ...(width === 390 ? PHONE : { viewport: { width, height: 1000 } }), deviceScaleFactor: 2 };
  const open = async (path, person) => {
    const context = await openContext(browser, kuma.url, { ...options, person, complaints });
    const page = await context.newPage();
    const morning = new Date();
    morning.setHours(9, 30, 0, 0);
    await page.clock.setFixedTime(morning);
    await page.goto(kuma.url + path);
    return page;
  };
  const shoot = async (page, name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.mouse.move(0, 0);
    await page.getByRole("tooltip", { includeHidden: true }).waitFor({ state: "detached" });
    const png = await page.screenshot({ caret: "hide" });
    writeFileSync(join(values.out, `${name}-${colorScheme}-${width}.${format}`), values.png ? png : await toWebp(png));
  };

  const stranger = await open("/");
  await stranger.getByRole("heading", { level: 1 }).waitFor();
  await shoot(stranger, "landing");
  await stranger.goto(`${kuma.url}/signup`);
  await stranger.getByRole("button", { name: "Create account" }).waitFor();
  await stranger.getByLabel("Name").fill("Ada");
  await stranger.getByLabel("Email").fill("ada@lovelace.example");
  await shoot(stranger, "signup");
  await stranger.context().close();

  const page = await open("/chat", ada);
  const chat = new ChatPage(page);
  await page.getByRole("list", { name: "Suggestions" }).waitFor();
  if (width !== 390) await chat.row(PINNED).waitFor();
  await shoot(page, "chat-empty");

  const gate = upstream.gate();
  const pieces = ANSWER.split(/(?<=\s)/).map((text) => ({ text }));
  await upstream.control("POST", "anthropic/replies", { pieces, gate: gate.id });
  await chat.composer.fill(QUESTION);
  await page.getByRole("button", { name: "Send" }).click();
  await gate.wait("blocked");
  // Up to the middle of the last sentence.
  await gate.release(pieces.findIndex(({ text }) => text.startsWith("rather")));
  await chat.thread.locator(".md-diagram-drawing svg").waitFor();
  await until("the code is coloured", () => chat.thread.locator("pre span[style]").count());
  await chat.thread.getByText("for a young bear").waitFor();
  await shoot(page, "chat");
  await gate.open();
  await chat.answered();
  const id = await chat.chatId();
  await page.goto(`${kuma.url}/settings/models`);
  await page.getByText("Working").first().waitFor();
  if (width !== 390) await chat.row(PINNED).waitFor();
  await shoot(page, "settings-models");
  await page.context().close();
  // The next pictures begin with the same list.
  await kuma.call(ada, "DELETE", `/api/chat/${id}`);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}
