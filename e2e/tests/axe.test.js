import assert from "node:assert/strict";
import { PHONE } from "../lib/browser.js";
import { findViolations } from "../lib/axe.js";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { findSmallTargets } from "../lib/targets.js";

const scenario = scenarios({ url: import.meta.url });

const SETTINGS = [
  "profile",
  "appearance",
  "models",
  "tools",
  "mcp",
  "keys",
  "agents",
  "people",
  "audit",
  "security",
  "account",
  "shortcuts",
  "about",
];
const FRAMES = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
];

for (const [colorScheme, width] of FRAMES) {
  const frame = { colorScheme, reducedMotion: "reduce", ...(width === 390 ? PHONE : {}) };

  scenario(`axe finds nothing on the pages of strangers (${colorScheme}, ${width} px)`, async ({ kuma, open }) => {
    const page = await open(frame);
    const look = looker(page, colorScheme);
    await look("landing", () => page.getByRole("heading", { level: 1 }).waitFor());
    await page.goto(`${kuma.url}/login`);
    await look("login", () => page.getByRole("heading", { name: "Welcome back" }).waitFor());
    await look("login, refused", async () => {
      await page.getByLabel("Email").fill("nobody@example.com");
      await page.getByLabel("Password", { exact: true }).fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
    });
    await page.goto(`${kuma.url}/signup`);
    await look("signup", () => page.getByRole("heading", { name: "Create your account" }).waitFor());
    await look("signup, refused", async () => {
      await page.getByRole("button", { name: "Create account" }).click();
      await page.getByText("Enter a name.").waitFor();
    });
    await page.goto(`${kuma.url}/nowhere`);
    await look("not found", () => page.getByText("There is nothing here").waitFor());
    look.end();
  });

  scenario(`axe finds nothing on the chat page (${colorScheme}, ${width} px)`, async ({ kuma, open }) => {
    const person = await kuma.person();
    const page = await open({ ...frame, person, path: "/chat" });
    const chat = new ChatPage(page);
    const look = looker(page, colorScheme);
    await look("empty chat", () => page.getByRole("list", { name: "Suggestions" }).waitFor());
    await look("rich answer", async () => {
      await chat.composer.fill("[markdown]");
      await page.getByRole("button", { name: "Send" }).click();
      await chat.answered(30_000);
      await chat.thread.locator("figure svg, [role=img] svg, svg[id^=diagram], svg[id^=mermaid]").first().waitFor({ timeout: 30_000 });
      await chat.thread.evaluate((feed) => feed.scrollTo(0, 0));
    });
    await look("rich answer, its end", () => chat.thread.evaluate((feed) => feed.scrollTo(0, feed.scrollHeight)));
    await look("failed answer", async () => {
      await chat.composer.fill("[error 400]");
      await page.getByRole("button", { name: "Send" }).click();
      await chat.messages.last().getByRole("button", { name: "Try again" }).waitFor();
    });
    if (width === 390) {
      await look("drawer", async () => {
        await page.getByRole("button", { name: "Open sidebar" }).click();
        await page.getByRole("dialog", { name: "Sidebar" }).getByRole("link", { name: "New chat", exact: true }).waitFor();
      });
    } else {
      await look("command palette", async () => {
        await page.keyboard.press("Control+k");
        await page.getByRole("option", { name: /New chat/ }).waitFor();
      });
    }
    look.end();
  });

  scenario(`axe finds nothing on the page of memories (${colorScheme}, ${width} px)`, async ({ kuma, open }) => {
    const person = await kuma.person();
    const page = await open({ ...frame, person, path: "/memories" });
    const look = looker(page, colorScheme);
    await look("nothing remembered", () => page.getByText("Nothing is remembered yet").waitFor());
    const { memory } = await kuma.call(person, "POST", "/api/memories", { content: "The user lives in Pune." });
    await kuma.call(person, "PATCH", `/api/memories/${memory.id}`, { content: "The user moved from Pune to Delhi." });
    await kuma.call(person, "POST", "/api/memories", { content: "The user has a cat called Pepper." });
    await page.reload();
    const row = page.getByRole("main").getByRole("listitem").filter({ hasText: "Delhi" });
    await look("memories", () => row.waitFor());
    await look("earlier versions", async () => {
      await row.getByRole("button", { name: "Earlier versions" }).click();
      await page.getByText("The user lives in Pune.", { exact: true }).waitFor();
    });
    await page.keyboard.press("Escape");
    await page.getByText("The user lives in Pune.", { exact: true }).waitFor({ state: "detached" });
    await look("adding one", async () => {
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByRole("dialog").getByLabel("What should Kuma remember?").waitFor();
    });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await look("nothing found", async () => {
      await page.getByRole("searchbox", { name: "Search memories" }).fill("zeppelin");
      await page.getByText("No memory is about").waitFor();
    });
    look.end();
  });

  scenario(`axe finds nothing in the settings (${colorScheme}, ${width} px)`, async ({ kuma, admin, open }) => {
    const page = await open({ ...frame, person: admin, path: "/settings/profile" });
    const look = looker(page, colorScheme);
    for (const tab of SETTINGS) {
      await page.goto(`${kuma.url}/settings/${tab}`);
      await look(tab, async () => {
        await page.getByRole("link", { name: /Profile|Models/ }).first().waitFor();
        await page.getByRole("heading", { level: 2 }).first().waitFor();
        if (tab === "models") await page.getByText("Working").first().waitFor();
      });
    }
    await page.goto(`${kuma.url}/welcome`);
    await look("welcome", () => page.getByText("Ready to use").waitFor());
    look.end();
  });
}

/** Runs axe on one state of a page after the other, and tells all that it found at the end. */
function looker(page, theme) {
  const found = [];
  const look = async (name, arrive) => {
    await arrive();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
    for (const violation of await findViolations(page)) found.push(`${name}: ${violation}`);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (sideways > 0) found.push(`${name}: scrolls sideways by ${sideways} px`);
    if (page.viewportSize().width !== PHONE.viewport.width) return;
    for (const target of await findSmallTargets(page)) found.push(`${name}: too small for a finger: ${target}`);
  };
  look.end = () => assert.deepEqual(found, []);
  return look;
}
