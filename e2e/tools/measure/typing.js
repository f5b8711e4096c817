/** From a key to the picture that shows it. */
import { until } from "../../lib/wait.js";
import { quantile } from "./page.js";

const WORDS = "the bear went over the mountain to see what it could see and on the other side it found ";

/** A quick typist: 16 keys a second. */
const BETWEEN_KEYS_MS = 60;

/** Types so many keys into the composer; times are from the browser's own timestamp of the key to after the next paint. */
export async function measureTyping({ page, devtools, chat }, keys) {
  await chat.composer.click();
  await page.evaluate(() => {
    globalThis.shownAfter = [];
    globalThis.stopWatching?.();
    const onKey = (event) => {
      const pressed = event.timeStamp;
      requestAnimationFrame(() => {
        // A message is delivered after the frame was painted.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => globalThis.shownAfter.push(performance.now() - pressed);
        port2.postMessage(null);
      });
    };
    addEventListener("keydown", onKey, true);
    globalThis.stopWatching = () => removeEventListener("keydown", onKey, true);
  });
  const text = WORDS.repeat(Math.ceil(keys / WORDS.length)).slice(0, keys);
  const before = await busySeconds(devtools);
  await page.keyboard.type(text, { delay: BETWEEN_KEYS_MS });
  const times = await until("every key is shown", async () => {
    const seen = await page.evaluate(() => globalThis.shownAfter);
    return seen.length >= keys ? seen : undefined;
  });
  const busy = (await busySeconds(devtools)) - before;
  if ((await chat.composer.inputValue()) !== text) throw new Error("what was typed is not what the field holds");
  await chat.composer.fill("");
  return { keys, p50: quantile(times, 0.5), p95: quantile(times, 0.95), slowest: Math.max(...times), busyPerKey: (busy * 1000) / keys };
}

/** What the page's main thread has worked so far. */
async function busySeconds(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value;
}
