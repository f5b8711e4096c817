import assert from "node:assert/strict";
import { findViolations } from "../lib/axe.js";
import { PHONE } from "../lib/browser.js";
import { ChatPage } from "../lib/chat.js";
import { makePdf } from "../lib/pdf.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

const SHIVERING = "Short bouts of shivering, about four a day, seem to keep the muscles in use.";
const bears = makePdf([
  {
    heading: "The winter sleep of brown bears",
    paragraphs: [
      "Brown bears in the boreal forest spend between five and seven months in their dens. During this time they neither eat nor drink, and yet they lose hardly any muscle.",
      "Body temperature falls from 38 to about 33 degrees, and the heart beats eight to ten times a minute.",
    ],
  },
  {
    heading: "Muscle and movement",
    paragraphs: [
      "Over a winter the bears lost on average 9 percent of their muscle mass, where a person confined to bed would lose more than half.",
      `${SHIVERING} Bears that shivered more came out of the den stronger.`,
    ],
  },
  { heading: "Thanks", paragraphs: ["To the foresters who found the dens."] },
]);
const PDF = { name: "bears.pdf", mimeType: "application/pdf", buffer: bears };
const NOTES = {
  name: "harvest.md",
  mimeType: "text/markdown",
  buffer: Buffer.from("# Harvest\n\nThe apiary gave forty kilograms of linden honey.\n\n| Hive | kg |\n|---|---|\n| North | 22 |\n| South | 18 |\n"),
};

/** The documents page with these files uploaded and read. */
async function library({ kuma, open }, files, options = {}) {
  const person = await kuma.person();
  const page = await open({ person, path: "/documents", ...options });
  await page.getByTestId("document-picker").setInputFiles(files);
  await untilEqual("everything is read", () => ready(kuma, person), files.length, 60_000);
  await page.getByRole("region", { name: "Your documents" }).getByRole("link").nth(files.length - 1).waitFor();
  return { person, page };
}

async function ready(kuma, person) {
  const { items } = await kuma.call(person, "GET", "/api/documents");
  return items.filter((document) => document.status === "ready").length;
}

const marked = (page) => page.locator("[data-mark=quote]");

scenario("a file is sent with its progress, read, and opened", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/documents" });
  await page.getByText("Give Kuma something to read").waitFor();
  // Held back, so that being on the way is a place and not a moment.
  let pass;
  const held = new Promise((resolve) => {
    pass = resolve;
  });
  await page.route("**/api/documents", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await page.getByTestId("document-picker").setInputFiles([PDF]);
  await page.getByRole("progressbar", { name: "Sending bears.pdf" }).waitFor();
  pass();
  const list = page.getByRole("region", { name: "Your documents" });
  await list.getByText(/3 pages/).waitFor({ timeout: 60_000 });
  await page.getByText(/^1 document/).waitFor();
  await list.getByRole("link", { name: "bears" }).click();
  const first = page.getByRole("region", { name: "Page 1 of 3" });
  await first.locator("canvas").waitFor({ state: "attached", timeout: 30_000 });
  await first.getByText("The winter sleep of brown bears").waitFor({ state: "attached" });
  await page.getByRole("textbox", { name: "Page" }).fill("3");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Page 3 of 3" }).getByText("To the foresters").waitFor({ state: "attached" });
});

scenario("a citation of an answer opens its page and marks the passage", async (world) => {
  const { page, person } = await library(world, [PDF]);
  // The whole document fits into one passage, so that is the source to cite.
  await world.upstream.rule("How often do the bears shiver?", { pieces: [{ text: `About four times a day [1: "${SHIVERING}"].` }] });
  const { items } = await world.kuma.call(person, "GET", "/api/documents");
  await page.goto(`${world.kuma.url}/documents/${items[0].id}`);
  await page.getByRole("textbox", { name: "Your question" }).fill("How often do the bears shiver?");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: "Ask this document" });
  await panel.getByText("About four times a day").waitFor({ timeout: 30_000 });
  const passage = panel.getByRole("button", { name: /shivering/ }).first();
  await passage.waitFor({ timeout: 30_000 });
  await passage.click();
  await marked(page).first().waitFor({ state: "attached" });
  assert.match(page.url(), /page=2/);
  const place = await marked(page).first().evaluate((mark) => {
    const box = mark.getBoundingClientRect();
    const view = mark.closest("[data-testid=pdf-pages]").getBoundingClientRect();
    return { page: mark.closest("[data-page]").dataset.page, inView: box.top >= view.top && box.bottom <= view.bottom, width: box.width };
  });
  assert.equal(place.page, "2");
  assert.ok(place.inView, "the mark is in view");
  assert.ok(place.width > 100, `the mark is as wide as its words (${place.width})`);
});

scenario("a link names a place, and what is under the mark is the passage", async (world) => {
  const { page, person } = await library(world, [PDF]);
  const { items } = await world.kuma.call(person, "GET", "/api/documents");
  // The page is wrong and the spaces are other ones: it is found all the same.
  const quote = SHIVERING.replaceAll(" ", "  \n");
  await page.goto(`${world.kuma.url}/documents/${items[0].id}?page=1&quote=${encodeURIComponent(quote)}`);
  await marked(page).first().waitFor({ state: "attached", timeout: 30_000 });
  const words = await marked(page).first().evaluate((mark) => {
    const box = mark.getBoundingClientRect();
    const spans = [...mark.closest("[data-page]").querySelectorAll(".pdf-text span")];
    return spans
      .filter((span) => {
        const other = span.getBoundingClientRect();
        return other.top < box.bottom - 3 && other.bottom > box.top + 3 && other.left < box.right && other.right > box.left;
      })
      .map((span) => span.textContent)
      .join(" ");
  });
  assert.match(words, /Short bouts of shivering/);
});

scenario("search looks inside everything and leads to the place", async (world) => {
  const { page } = await library(world, [PDF, NOTES]);
  await page.getByRole("searchbox", { name: "Search inside all documents" }).fill("linden honey");
  const found = page.getByRole("region", { name: /passage/ }).getByRole("link", { name: /linden honey/ }).first();
  await found.waitFor({ timeout: 30_000 });
  assert.ok((await page.locator("mark").allInnerTexts()).includes("honey"));
  await found.click();
  await page.getByText("forty kilograms").waitFor();
  await until("the passage is marked", () => page.evaluate(() => (CSS.highlights.get("document-quote")?.size ?? 0) > 0));
  await page.getByRole("button", { name: "All documents" }).click();
  await untilEqual("the search is as it was", () => page.getByRole("searchbox").inputValue(), "linden honey");
});

scenario("deleting can be undone; what is deleted is gone from the server", async (world) => {
  const { page, person } = await library(world, [NOTES]);
  const row = page.getByRole("link", { name: "harvest" });
  const remove = async () => {
    await page.getByRole("button", { name: "More about harvest" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await row.waitFor();
  assert.equal((await world.kuma.call(person, "GET", "/api/documents")).items.length, 1);
  await remove();
  // Leaving the page does not lose the deletion.
  await page.goto(`${world.kuma.url}/chat`);
  await untilEqual("it is gone", async () => (await world.kuma.call(person, "GET", "/api/documents")).items.length, 0);
});

scenario("a document goes with a message, and stays in the thread as a link", async (world) => {
  const { page } = await library(world, [NOTES]);
  await page.getByRole("button", { name: "More about harvest" }).click();
  await page.getByRole("menuitem", { name: "Ask in a new chat" }).click();
  const chat = new ChatPage(page);
  const attached = page.getByRole("list", { name: "Attached to this message" });
  await attached.getByText("harvest").waitFor();
  await page.reload();
  await attached.getByText("harvest").waitFor();
  await chat.ask("How much honey was there?");
  const link = chat.thread.getByRole("list", { name: "Attached" }).getByRole("link", { name: /harvest/ });
  await link.waitFor();
  await attached.waitFor({ state: "detached" });
  await link.click();
  await page.getByText("forty kilograms").waitFor();
});

for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
  scenario(`axe finds nothing on the pages of documents (${colorScheme}, ${width} px)`, async (world) => {
    const frame = { colorScheme, reducedMotion: "reduce", ...(width === 390 ? PHONE : {}) };
    const found = [];
    const look = async (page, name) => {
      for (const violation of await findViolations(page)) found.push(`${name}: ${violation}`);
    };
    const empty = await world.open({ ...frame, person: await world.kuma.person(), path: "/documents" });
    await empty.getByText("Give Kuma something to read").waitFor();
    await look(empty, "empty");
    const { page, person } = await library(world, [PDF, NOTES], frame);
    await look(page, "list");
    await page.getByRole("searchbox").fill("shivering");
    await page.locator("mark").first().waitFor({ timeout: 30_000 });
    await look(page, "search");
    const { items } = await world.kuma.call(person, "GET", "/api/documents");
    for (const { id, filename } of items) {
      await page.goto(`${world.kuma.url}/documents/${id}?quote=${encodeURIComponent(filename === PDF.name ? SHIVERING : "linden honey")}`);
      if (filename === PDF.name) await marked(page).first().waitFor({ state: "attached", timeout: 30_000 });
      else await page.getByRole("table").waitFor();
      await look(page, filename);
    }
    assert.deepEqual(found, []);
  });
}
