/** From Enter to one's own message, and to the first sign of an answer. */
import { until } from "../../lib/wait.js";
import { quantile } from "./page.js";

/** Sends so many short messages, one after the other's answer; times are from the browser's own timestamp of the key to after the next paint. */
export async function measureSending({ page, chat }, sends) {
  const own = [];
  const answer = [];
  for (let sent = 0; sent < sends; sent++) {
    await chat.composer.fill(`A short question, number ${sent + 1}`);
    await page.evaluate(watch);
    await chat.composer.press("Enter");
    const seen = await until("question and answer are shown", async () => {
      const { own, answer } = await page.evaluate(() => globalThis.seenAfter);
      return own !== undefined && answer !== undefined ? { own, answer } : undefined;
    });
    own.push(seen.own);
    answer.push(seen.answer);
    await chat.answered();
  }
  return { sends, own: quantile(own, 0.5), slowestOwn: Math.max(...own), answer: quantile(answer, 0.5), slowestAnswer: Math.max(...answer) };
}

/** Runs in the page: notes when the articles of question and answer are painted. */
function watch() {
  const seen = {};
  globalThis.seenAfter = seen;
  // The window holds few of many messages; each article says which message of the chat it is.
  const newest = () => Math.max(0, ...[...document.querySelectorAll("[role=feed] [role=article], [role=feed] article")].map((at) => Number(at.getAttribute("aria-posinset"))));
  const before = newest();
  addEventListener(
    "keydown",
    (event) => {
      const pressed = event.timeStamp;
      const look = () => {
        const more = newest() - before;
        if (more >= 1) seen.own ??= performance.now() - pressed;
        if (more >= 2) seen.answer ??= performance.now() - pressed;
        if (more < 2) next();
      };
      const next = () =>
        requestAnimationFrame(() => {
          // A message is delivered after the frame was painted.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = look;
          port2.postMessage(null);
        });
      next();
    },
    { capture: true, once: true },
  );
}
