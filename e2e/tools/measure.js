// Measures what somebody feels at the keyboard: how long a key and a sent message take to show, and how long a chat takes to open.
//   KUMA_BIN=…/release/kuma npm run measure      prints tables for docs/BENCHMARKS.md
//   npm run measure -- --messages 1000 --keys 200 --loads 5 --sends 20
// Nothing is judged here: on a busy machine the figures are worse, and that is all.
import { parseArgs } from "node:util";
import { launch } from "../lib/browser.js";
import { Kuma } from "../lib/kuma.js";
import { Upstream } from "../lib/upstream.js";
import { measureLoad } from "./measure/load.js";
import { openWhole, seed } from "./measure/long-chat.js";
import { enter } from "./measure/page.js";
import { report } from "./measure/report.js";
import { measureSending } from "./measure/sending.js";
import { measureTyping } from "./measure/typing.js";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "1000" },
    keys: { type: "string", default: "200" },
    loads: { type: "string", default: "5" },
    sends: { type: "string", default: "20" },
  },
});
const messages = Number(values.messages);
const keys = Number(values.keys);
const times = Number(values.loads);
const sends = Number(values.sends);
/** How much slower than this machine the page's machine is. */
const SLOWER = [1, 4];

const upstream = await Upstream.start();
const kuma = await Kuma.start({ upstream });
const browser = await launch();
try {
  const person = await kuma.person("Ada");
  const id = await seed({ kuma, upstream, person, messages });
  const long = `chat of ${messages} messages`;
  const loads = [];
  const typing = [];
  const sending = [];
  for (const slower of SLOWER) {
    const world = { browser, kuma, person, slower };
    for (const [chat, path] of [
      ["new chat", "/chat"],
      [long, `/chat/${id}`],
    ]) {
      loads.push({ chat, slower, ...(await measureLoad({ ...world, path, times })) });
    }

    const fresh = await enter({ ...world, path: "/chat" });
    typing.push({ chat: "new chat", slower, ...(await measureTyping(fresh, keys)) });
    sending.push({ chat: "new chat", slower, ...(await measureSending(fresh, sends)) });
    await fresh.leave();

    const old = await enter({ ...world, path: `/chat/${id}` });
    await openWhole(old, messages);
    typing.push({ chat: long, slower, ...(await measureTyping(old, keys)) });
    sending.push({ chat: long, slower, ...(await measureSending(old, sends)) });
    // 20 words a second, for longer than the typing takes.
    await old.chat.composer.fill(`Go on [long 4000] [rate 20]`);
    await old.chat.composer.press("Enter");
    await old.chat.stop.waitFor();
    typing.push({ chat: `${long}, while an answer streams`, slower, ...(await measureTyping(old, keys)) });
    await old.chat.stop.click();
    // A page that is left at once takes its wish along.
    await old.chat.stop.waitFor({ state: "detached" });
    await old.leave();
  }
  console.log(report({ loads, typing, sending }));
} finally {
  await Promise.all([browser.close(), kuma.dispose(), upstream.dispose()]);
}
