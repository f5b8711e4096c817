/** A chat that has gone on for a while: questions and answers with lists, a table and code. */
import { until } from "../../lib/wait.js";

const ANSWER = `Mostly from memory: a bear keeps a **map of places**, and scent fills in the rest. What it looks for, in this order:

1. the den of the last winter, when nothing has disturbed it,
2. a slope that faces north, where the snow stays,
3. roots that hold the roof.

| Bear | Distance per day | Time on the way |
|:-----|-----------------:|----------------:|
| Brown bear | 12 km | 4 days |
| Polar bear | 20 km | 11 days |

\`\`\`python
def way(kilometres_per_day: float, days: int) -> float:
    return kilometres_per_day * days  # without detours for berries
\`\`\`

A young bear takes longer, since it follows its mother for two winters before it has a map of its own.`;

/** A chat with so many messages, made through the API; gives its id. */
export async function seed({ kuma, upstream, person, messages }) {
  await upstream.rule("den number", { pieces: [{ text: ANSWER }] });
  let id;
  for (let turn = 0; turn < messages / 2; turn++) id = await kuma.ask(person, `How does a bear find den number ${turn + 1}?`, id);
  return id;
}

/** Has the page load every message, and goes back to the newest. */
export async function openWhole({ page, chat }, messages) {
  const known = async () => Number(await chat.messages.last().getAttribute("aria-setsize"));
  await until(
    "all messages are loaded",
    async () => {
      if ((await known()) >= messages) return true;
      await chat.thread.evaluate((feed) => feed.scrollTo(0, 0));
      return false;
    },
    120_000,
  );
  await page.getByRole("button", { name: "Jump to latest" }).click();
  await until("the newest message is in the page", async () => (await chat.messages.last().getAttribute("aria-posinset")) === String(await known()));
}
