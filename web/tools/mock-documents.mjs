// Documents as the screenshots see them: a library, a PDF with its ranges, a search, an answer.
import { makePdf } from "../../e2e/lib/pdf.js";

const id = (number) => `0199dddd-0000-7000-8000-00000000000${number}`;
const hoursAgo = (hours) => new Date(Date.now() - hours * 3600_000).toISOString();

const pdf = makePdf([
  {
    heading: "The winter sleep of brown bears",
    paragraphs: [
      "Brown bears in the boreal forest spend between five and seven months in their dens. During this time they neither eat nor drink, and yet they lose hardly any muscle. This report follows eleven animals over four winters and asks how they do it.",
      "Body temperature falls from 38 to about 33 degrees, the heart beats eight to ten times a minute, and the metabolism runs at a quarter of its summer rate. A bear that is disturbed can be awake and on its feet within minutes.",
      "The animals were fitted with sensors in early autumn. Dens were visited twice, in December and in March, with the least disturbance that the measurements allowed.",
    ],
  },
  {
    heading: "Muscle and movement",
    paragraphs: [
      "Over a winter the bears lost on average 9 percent of their muscle mass, where a person confined to bed would lose more than half. Nitrogen that would leave the body as urea is taken back and built into new protein.",
      "Short bouts of shivering, about four a day, seem to keep the muscles in use. Bears that shivered more came out of the den stronger.",
      "We found no sign that age makes a difference, though the sample is small. The oldest animal, a female of twenty-two years, kept 94 percent of her strength.",
    ],
  },
  {
    heading: "What follows for medicine",
    paragraphs: [
      "If the way in which bears keep their muscles could be copied, patients after long illness and travellers in space would profit. Serum of sleeping bears slows the loss of protein in human muscle cells by a third.",
      "The substance that does this has not been found. Three candidates are being tested, and first results are expected in the autumn of next year.",
    ],
  },
]);

const record = (number, filename, mimeType, more = {}) => ({
  id: id(number),
  chatId: null,
  filename,
  displayName: filename.replace(/\.\w+$/, ""),
  mimeType,
  fileSize: 1_480_000,
  pageCount: null,
  status: "ready",
  error: null,
  summary: null,
  warnings: [],
  hasVectors: true,
  createdAt: hoursAgo(number * 30),
  ...more,
});

const OOXML = "application/vnd.openxmlformats-officedocument";
export const report = record(0, "The winter sleep of brown bears.pdf", "application/pdf", {
  fileSize: pdf.length,
  pageCount: 3,
  summary: "Eleven bears over four winters: how they keep their muscles while they sleep.",
});

const documents = [
  record(1, "Annual accounts 2026.xlsx", `${OOXML}.spreadsheetml.sheet`, {
    status: "processing",
    fileSize: 8_210_000,
  }),
  report,
  record(2, "Rental agreement, scanned.pdf", "application/pdf", {
    status: "failed",
    fileSize: 22_300_000,
    error: {
      code: "no_text",
      detail:
        "This PDF holds pictures of text, and no text recognition is installed on this server. Install tesseract, then try again.",
      retryable: true,
    },
  }),
  record(3, "Talk for the reading group.pptx", `${OOXML}.presentationml.presentation`, { pageCount: 24 }),
  record(4, "Letter to the landlord.docx", `${OOXML}.wordprocessingml.document`, {
    pageCount: 2,
    fileSize: 48_000,
  }),
  record(5, "Field notes.md", "text/markdown", { fileSize: 12_900 }),
  record(6, "The Call of the Wild.epub", "application/epub+zip", { pageCount: 7, fileSize: 412_000 }),
  record(7, "Receipt 2026-11-03.png", "image/png", { fileSize: 940_000, pageCount: 1 }),
  record(8, "migrate.rs", "text/x-rust", { fileSize: 6_300 }),
];

const passages = [
  {
    documentId: report.id,
    displayName: report.displayName,
    page: 2,
    headings: ["Muscle and movement"],
    matches: [],
    places: [],
    score: 0.91,
    text: "Over a winter the bears lost on average 9 percent of their muscle mass, where a person confined to bed would lose more than half. Nitrogen that would leave the body as urea is taken back and built into new protein. Short bouts of shivering, about four a day, seem to keep the muscles in use. Bears that shivered more came out of the den stronger.",
  },
  {
    documentId: report.id,
    displayName: report.displayName,
    page: 3,
    headings: ["What follows for medicine"],
    matches: [],
    places: [],
    score: 0.74,
    text: "If the way in which bears keep their muscles could be copied, patients after long illness and travellers in space would profit.",
  },
  {
    documentId: id(5),
    displayName: "Field notes",
    page: null,
    headings: [],
    matches: [],
    places: [],
    score: 0.52,
    text: "## Muscle samples\n\n| Bear | December | March |\n|---|---|---|\n| Frida | 100 | 94 |\n| Olaf | 100 | 91 |",
  },
];

const notes = `# Field notes

Two visits, in **December** and in **March**. What we want to know: how much muscle is left when the bears get up?

| Bear | December | March |
|:-----|---------:|------:|
| Frida | 100 % | 94 % |
| Olaf | 100 % | 91 % |
| Runa | 100 % | 89 % |

1. Frida is the oldest and lost least.
2. Olaf shivered four times a day.
`;

const answer = {
  answer:
    "Hardly any: on average **9 percent** over a winter, where a person in bed would lose more than half [1]. Two things seem to help: nitrogen is taken back into protein, and short bouts of shivering keep the muscles in use [2].",
  model: "openai/gpt-5-mini",
  citations: [
    {
      index: 1,
      places: [],
      page: 2,
      quote: "Over a winter the bears lost on average 9 percent of their muscle mass",
      score: 0.93,
    },
    {
      index: 2,
      places: [],
      page: 2,
      quote: "Short bouts of shivering, about four a day, seem to keep the muscles in use.",
      score: 0.81,
    },
  ],
};

const progress = `id: 1\nevent: progress\ndata: ${JSON.stringify({ stage: "embed", done: 212, total: 640 })}\n\n`;

/** "METHOD /path" → body, or a function that answers the route itself. */
export const documentAnswers = {
  "GET /api/documents": { items: documents, nextCursor: null },
  "GET /api/documents/storage": {
    documents: documents.length,
    files: 9,
    bytes: 36_400_000,
    maxFileBytes: 52_428_800,
  },
  "POST /api/documents/search": { items: passages },
  ...Object.fromEntries(documents.map((document) => [`GET /api/documents/${document.id}`, { document }])),
  [`GET /api/documents/${id(1)}/events`]: (route) =>
    route.fulfill({ status: 200, contentType: "text/event-stream", body: progress }),
  [`POST /api/documents/${report.id}/query`]: answer,
  [`GET /api/documents/${id(5)}/file`]: (route) =>
    route.fulfill({ status: 200, contentType: "text/markdown", body: notes }),
  [`GET /api/documents/${report.id}/file`]: (route) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(route.request().headers().range ?? "");
    if (range === null) return route.fulfill({ status: 200, contentType: "application/pdf", body: pdf });
    const [begin, end] = [Number(range[1]), Math.min(Number(range[2]), pdf.length - 1)];
    return route.fulfill({
      status: 206,
      contentType: "application/pdf",
      headers: { "content-range": `bytes ${begin}-${end}/${pdf.length}` },
      body: pdf.subarray(begin, end + 1),
    });
  },
};

export const noDocuments = {
  "GET /api/documents": { items: [], nextCursor: null },
  "GET /api/documents/storage": { documents: 0, files: 0, bytes: 0, maxFileBytes: 52_428_800 },
};

const notesId = id(5);
const inReport = `/documents/${report.id}`;
const quote = "Short bouts of shivering, about four a day, seem to keep the muscles in use.";

export const documentPages = [
  { name: "documents", path: "/documents" },
  { name: "documents-empty", path: "/documents", api: noDocuments },
  {
    name: "documents-search",
    path: "/documents?q=bears%20muscle",
    async act(page) {
      await page.getByRole("heading", { name: /passages/ }).waitFor();
    },
  },
  {
    name: "documents-menu",
    path: "/documents",
    async act(page) {
      await page.getByRole("button", { name: "More about Field notes" }).click();
    },
  },
  {
    name: "document-pdf",
    path: `${inReport}?page=2&quote=${encodeURIComponent(quote)}`,
    async act(page) {
      await page.locator("[data-mark=quote]").first().waitFor();
      await page.waitForTimeout(700);
    },
  },
  {
    name: "document-ask",
    path: inReport,
    async act(page, { phone }) {
      await page.locator("[data-page] canvas").first().waitFor();
      if (phone) await page.getByText("Ask", { exact: true }).click();
      await page.getByRole("textbox", { name: "Your question" }).fill("How much muscle do they lose?");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: /Short bouts/ }).waitFor();
      if (!phone) await page.getByRole("button", { name: /Over a winter/ }).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "document-find",
    path: inReport,
    async act(page) {
      await page.locator("[data-page] canvas").first().waitFor();
      await page.getByRole("button", { name: "Find in document" }).click();
      await page.getByRole("textbox", { name: "Find in document" }).fill("muscle");
      await page.locator("[data-mark=current]").first().waitFor();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "document-text",
    path: `/documents/${notesId}?quote=${encodeURIComponent("Frida is the oldest")}`,
    async act(page) {
      await page.getByRole("table").waitFor();
    },
  },
  {
    name: "chat-documents",
    path: `/chat?attach=${report.id}&attach=${id(1)}&attach=${id(2)}`,
    async act(page) {
      await page.getByText("Rental agreement, scanned").waitFor();
      await page.getByRole("progressbar").waitFor();
    },
  },
  {
    name: "chat-library",
    path: "/chat",
    async act(page) {
      await page.getByRole("button", { name: "Attach", exact: true }).click();
      await page.getByRole("menuitem", { name: "From your documents" }).click();
      await page.getByRole("checkbox", { name: /winter sleep/ }).check({ force: true });
    },
  },
  { name: "document-failed", path: `/documents/${id(2)}` },
];
