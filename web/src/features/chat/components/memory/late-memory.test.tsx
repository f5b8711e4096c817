/** A memory that is saved when its answer stands already, as a person sees it. */
import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { loadWords } from "@/lib/i18n";
import { renderPage } from "@/test/render";
import { server } from "@/test/server";
import type { Message } from "../../api/types";
import { ChatPage } from "../../routes";
import { abandonAll } from "../../state/runs";
import { clearThreads } from "../../state/thread-store";
import { recorded } from "../../stream/fixtures.test-data";
import { pretendLayout } from "../../test-layout.test-data";
import { type Gate, streamServer, testChat, testMessage } from "../../test-server.test-data";

beforeAll(async () => {
  await Promise.all([import("@/markdown/MarkdownView"), import("../thread/Thread"), loadWords("memories")]);
});
beforeEach(() => pretendLayout());
afterEach(() => {
  abandonAll();
  clearThreads();
});

it("shows what was noticed after the answer, without the chat being opened again", async () => {
  const events = recorded("plain");
  const [first] = events;
  const last = events.at(-1);
  if (first?.event !== "job_id" || last?.event !== "done") throw new Error("not a whole run");
  const { jobId, chatId, userMessageId, assistantMessageId } = first.data;
  const question = testMessage({ id: userMessageId, chatId, role: "user", content: "I live in Pune." });
  const pending: NonNullable<Message["memories"]> = [{ action: "pending", items: [] }];
  const saved: NonNullable<Message["memories"]> = [
    { action: "saved", items: [{ id: "m1", content: "The user lives in Pune." }] },
  ];
  let stored = testMessage({
    id: assistantMessageId,
    chatId,
    role: "assistant",
    parentId: userMessageId,
    status: "streaming",
    createdAt: "2026-11-23T09:00:01.000Z",
  });
  let asked = 0;
  server.use(
    http.get(`*/api/chat/${chatId}`, () =>
      HttpResponse.json({
        chat: testChat({ id: chatId, ...(stored.status === "streaming" ? { activeJobId: jobId } : {}) }),
      }),
    ),
    http.get(`*/api/chat/${chatId}/messages`, () => {
      asked += 1;
      return HttpResponse.json({ items: [question, stored], nextCursor: null });
    }),
  );
  let gate: Gate | undefined;
  streamServer((_request, opened) => {
    gate = opened;
  });
  renderPage(null, { path: `/chat/${chatId}`, routes: [{ path: "/chat/:chatId?", element: <ChatPage /> }] });
  await waitFor(() => expect(gate).toBeDefined());

  // The answer is whole, and the server says that more may come of it.
  const message: Message = { ...last.data.message, memories: pending };
  stored = { ...message, memories: saved };
  gate?.release([...events.slice(0, -1), { ...last, data: { ...last.data, message } }]);
  gate?.end();
  await screen.findByText(/hibernates/);
  const before = asked;
  expect(screen.queryByText(/Remembered/)).toBeNull();
  expect(
    await screen.findByText(/Remembered: The user lives in Pune/, {}, { timeout: 20_000 }),
  ).toBeVisible();
  expect(asked).toBeGreaterThan(before);
});
