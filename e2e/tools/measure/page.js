/** A signed-in page of a browser that has nothing in its cache. */
import { openContext } from "../../lib/browser.js";
import { ChatPage } from "../../lib/chat.js";

/**
 * Opens `path`. `slower`: how many times slower the page's machine is; `before`: what is done with the page first.
 * Throws at the end when the page complained.
 */
export async function enter({ browser, kuma, person, path, slower, before = async () => undefined }) {
  const complaints = [];
  const context = await openContext(browser, kuma.url, { person, complaints });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: slower });
  await devtools.send("Performance.enable");
  await before(page);
  await page.goto(kuma.url + path);
  const chat = new ChatPage(page);
  await chat.composer.waitFor();
  const leave = async () => {
    await context.close();
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join("\n")}`);
  };
  return { page, devtools, chat, leave };
}

/** The value below which `share` of them lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
