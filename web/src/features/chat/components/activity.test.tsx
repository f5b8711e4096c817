/** What agents do, ask and rest on, as a person meets it: streams recorded from the server, and a stored answer. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { setViewportWidth } from "@/test/browser";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import type { Tool } from "../api/types";
import { ChatPage } from "../routes";
import { forgetQuestions } from "../state/approvals";
import { useChoices } from "../state/choices";
import { forgetSending } from "../state/drafts";
import { abandonAll } from "../state/runs";
import { clearThreads } from "../state/thread-store";
import type { RunEvent } from "../stream/events";
import { type RecordedRun, recorded } from "../stream/fixtures.test-data";
import { pretendLayout } from "../test-layout.test-data";
import { chatServer, type Gate, streamServer, testChat, testMessage } from "../test-server.test-data";
import { testQuote } from "./stock/quote.test-data";

// jsdom has no canvas to draw on.
vi.mock("uplot", () => ({
  default: class {
    setSize() {}
    destroy() {}
  },
}));

const routes = [
  { path: "/chat/:chatId?", element: <ChatPage /> },
  { path: "/documents/:id", element: <p>The document</p> },
];

const mailTool: Tool = {
  name: "sendEmail",
  displayName: "Send mail",
  description: "Sends mail.",
  category: "gmail",
  effect: "write",
  available: true,
  allowed: false,
  inputSchema: {
    type: "object",
    properties: { to: { type: "string" }, subject: { type: "string" }, body: { type: "string" } },
    required: ["to"],
  } as unknown as Tool["inputSchema"],
};

beforeAll(async () => {
  await Promise.all([
    import("@/markdown/MarkdownView"),
    import("./thread/Thread"),
    import("./thread/activity"),
    import("./tool-card/results/ResultView"),
    import("@/ui/popover-popup"),
  ]);
});

beforeEach(() => {
  pretendLayout();
  setViewportWidth(1280);
  server.use(http.get("*/api/tools", () => HttpResponse.json({ items: [mailTool] })));
});

afterEach(() => {
  abandonAll();
  clearThreads();
  forgetSending();
  forgetQuestions();
  useChoices.setState({ agents: {}, model: null });
});

/** Opens the chat of a recorded run that is on, with its events up to the first of `until`, that one included. */
async function openRun(name: RecordedRun, until: RunEvent["event"]) {
  const events = recorded(name);
  const [first] = events;
  if (first?.event !== "job_id") throw new Error("the run does not begin with its ids");
  const { jobId, chatId, userMessageId, assistantMessageId } = first.data;
  chatServer(testChat({ id: chatId, activeJobId: jobId, waitsForApproval: true }), [
    testMessage({ id: userMessageId, chatId, role: "user", content: "Please" }),
    testMessage({
      id: assistantMessageId,
      chatId,
      role: "assistant",
      parentId: userMessageId,
      status: "streaming",
      createdAt: "2026-11-23T09:00:01.000Z",
    }),
  ]);
  const gates: Gate[] = [];
  const at = events.findIndex((event) => event.event === until) + 1;
  streamServer((_request, gate) => {
    gates.push(gate);
    gate.release(events.slice(0, at));
  });
  const decisions: { path: string; body: unknown }[] = [];
  server.use(
    http.post("*/api/chat/jobs/:jobId/approvals/:callId", async ({ request }) => {
      decisions.push({ path: new URL(request.url).pathname, body: await request.json() });
      return HttpResponse.json({}, { status: 202 });
    }),
  );
  const page = renderPage(null, { path: `/chat/${chatId}`, routes });
  const goOn = () => act(() => gates.at(-1)?.release(events.slice(at)));
  return { ...page, goOn, decisions, jobId };
}

const card = () => screen.findByRole("region", { name: /asks before it does this/ });

describe("a question", () => {
  it("says what would happen, is announced, and nothing of it has the focus", async () => {
    await openRun("server/approval", "approval_required");
    const asked = await card();
    expect(asked).toHaveTextContent("Send “Hello” to ada@example.org");
    expect(asked).toHaveTextContent("“Send mail” changes something outside Kuma.");
    expect(within(asked).getByText("Hi Ada")).toBeVisible();
    expect(asked).not.toContainElement(document.activeElement as HTMLElement);
    expect(
      await screen.findByText("Kuma waits for your approval: Send “Hello” to ada@example.org"),
    ).toHaveAttribute("role", "status");
    await expectAccessible();
  });

  it("is approved with a change, and for good", async () => {
    const { user, decisions, goOn, jobId } = await openRun("server/approval", "approval_required");
    const asked = await card();
    await user.click(within(asked).getByRole("button", { name: "Edit" }));
    const body = within(asked).getByRole("textbox", { name: "Body" });
    await user.clear(body);
    await user.type(body, "Dear Ada");
    await expectAccessible();
    await user.click(await within(asked).findByRole("checkbox", { name: /Always allow “Send mail”/ }));
    await user.click(within(asked).getByRole("button", { name: "Approve with changes" }));
    expect(await screen.findByText("Approved. Kuma goes on.")).toBeVisible();
    expect(asked).toHaveFocus();
    expect(decisions).toEqual([
      {
        path: `/api/chat/jobs/${jobId}/approvals/call_5`,
        body: {
          decision: "approve",
          arguments: { to: "ada@example.org", subject: "Hello", body: "Dear Ada" },
          remember: true,
        },
      },
    ]);
    goOn();
    expect(await screen.findByText(/It is sent/)).toBeVisible();
    await waitFor(() => expect(asked).not.toBeInTheDocument());
    expect(screen.getByRole("feed")).toHaveFocus();
    const step = screen.getByRole("button", { name: /Send an email/ });
    expect(step).toHaveTextContent("Sent to ada@example.org");
  });

  it("is denied with a reason by the keyboard alone; Escape goes back and stops nothing", async () => {
    const { user, decisions, goOn } = await openRun("server/approval-denied", "approval_required");
    const asked = await card();
    within(asked).getByRole("button", { name: "Deny" }).focus();
    await user.keyboard("{Enter}");
    expect(within(asked).getByRole("textbox", { name: /Why not/ })).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(within(asked).getByRole("button", { name: "Deny" })).toHaveFocus();
    await user.keyboard("{Enter}not today{Enter}");
    expect(await screen.findByText("Denied. Kuma goes on without it.")).toBeVisible();
    expect(decisions.map(({ body }) => body)).toEqual([{ decision: "deny", reason: "not today" }]);
    goOn();
    expect(await screen.findByText(/I have not sent it/)).toBeVisible();
    expect(screen.getByRole("button", { name: /Send an email/ })).toHaveTextContent("You declined this.");
  });

  it("warns of text from outside and says where it is from", async () => {
    await openRun("server/approval-tainted", "approval_required");
    const asked = await card();
    expect(within(asked).getByText("Check this with care")).toBeVisible();
    expect(asked).toHaveTextContent(
      "This answer read bears.example, and text from there could have asked for it.",
    );
  });

  it("keeps what was typed when the page of the chat is left and opened again", async () => {
    const { user, unmount } = await openRun("server/approval", "approval_required");
    const asked = await card();
    await user.click(within(asked).getByRole("button", { name: "Edit" }));
    await user.type(within(asked).getByRole("textbox", { name: "Subject" }), " there");
    unmount();
    renderPage(null, { path: `/chat/01900000-0000-7000-8000-000000000002`, routes });
    const again = await card();
    expect(within(again).getByRole("textbox", { name: "Subject" })).toHaveValue("Hello there");
  });

  it("that was decided elsewhere says so and can't be decided again", async () => {
    const { user } = await openRun("server/approval", "approval_required");
    server.use(
      http.post("*/api/chat/jobs/:jobId/approvals/:callId", () =>
        problem(409, {
          code: "already_decided",
          title: "Conflict",
          detail: "This was decided before. The first decision stands.",
        }),
      ),
    );
    const asked = await card();
    await user.click(within(asked).getByRole("button", { name: "Approve" }));
    expect(await within(asked).findByText("There is nothing left to decide here")).toBeVisible();
    expect(asked).toHaveTextContent("The first decision stands.");
    expect(within(asked).queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
    expect(within(asked).queryByRole("button", { name: "Deny" })).not.toBeInTheDocument();
  });

  it("shows what the tool can't work with, and a decision that did not get through can be sent again", async () => {
    const { user, decisions } = await openRun("server/approval", "approval_required");
    const asked = await card();
    const approve = () => within(asked).getByRole("button", { name: /^Approve/ });
    server.use(
      http.post(
        "*/api/chat/jobs/:jobId/approvals/:callId",
        () =>
          problem(422, {
            code: "validation",
            title: "That can't be sent",
            errors: { arguments: ["The tool cannot work with these: `to` is no address"] },
          }),
        { once: true },
      ),
    );
    await user.click(approve());
    expect(await within(asked).findByText(/`to` is no address/)).toBeVisible();
    server.use(
      http.post("*/api/chat/jobs/:jobId/approvals/:callId", () => HttpResponse.error(), { once: true }),
    );
    await user.click(approve());
    expect(await within(asked).findByText("Your decision did not get through")).toBeVisible();
    await user.click(approve());
    expect(await within(asked).findByText("Approved. Kuma goes on.")).toBeVisible();
    expect(decisions).toHaveLength(1);
  });
});

describe("a specialist", () => {
  it("works under the step that handed it the task, and asks by its name", async () => {
    server.use(
      http.get("*/api/agents", () =>
        HttpResponse.json({
          items: [fixtures.agent(), fixtures.agent({ name: "research", displayName: "Research" })],
        }),
      ),
    );
    const { goOn } = await openRun("server/delegation", "approval_required");
    expect(await screen.findByRole("region", { name: "Research asks before it does this" })).toBeVisible();
    const steps = screen.getByRole("list", { name: "What Research did" });
    expect(within(steps).getByRole("button", { name: /Searched the web/ })).toHaveTextContent(
      "1 result from Exa",
    );
    goOn();
    expect(await within(steps).findByRole("button", { name: /Send an email/ })).toHaveTextContent("Sent to");
    expect(await screen.findByText("They sleep because there is little to eat.")).toBeVisible();
    await expectAccessible();
  });

  it("says how far it is", async () => {
    const { user } = await openRun("server/delegation", "tool_progress");
    const step = await screen.findByRole("button", { name: /Search the web for “why bears sleep”/ });
    expect(step).toHaveTextContent("Asking the search engine");
    await user.click(step);
    expect(screen.getAllByText("Asking the search engine")).toHaveLength(2);
  });
});

describe("citations", () => {
  const citations = [
    {
      index: 1,
      url: "https://bears.example/sleep",
      title: "How bears sleep",
      quote: "because food is scarce",
    },
    { index: 2, documentId: "d1", page: 12, title: "Notes.pdf", quote: "until March" },
  ];
  const content = "They sleep [1], long [2]. A list has `[1]` and [3].";

  function openAnswer() {
    const chat = testChat();
    chatServer(chat, [
      testMessage({ id: "u1", role: "user", content: "Why?" }),
      testMessage({
        id: "a1",
        role: "assistant",
        parentId: "u1",
        content,
        citations,
        createdAt: "2026-11-23T09:00:01.000Z",
      }),
    ]);
    return renderPage(null, { path: `/chat/${chat.id}`, routes });
  }

  it("open the quoted words from their numbers in the text, and nothing else is one", async () => {
    const { user } = openAnswer();
    const mark = await screen.findByRole("button", { name: "Source 1: How bears sleep" });
    const answer = document.querySelector("[data-message-text]");
    expect(answer).toHaveTextContent("They sleep1, long2. A list has [1] and [3].");
    await user.click(mark);
    const popover = await screen.findByRole("dialog", { name: "Source 1" });
    expect(within(popover).getByText("because food is scarce")).toBeVisible();
    expect(within(popover).getByRole("link", { name: "Open the page" })).toHaveAttribute(
      "href",
      "https://bears.example/sleep#:~:text=because%20food%20is%20scarce",
    );
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(mark).toHaveFocus());
  });

  it("of a document lead to its page, on a phone from a drawer", async () => {
    setViewportWidth(390);
    const { user, router } = openAnswer();
    await user.click(await screen.findByRole("button", { name: "Source 2: Notes.pdf" }));
    const drawer = await screen.findByRole("dialog", { name: "Source 2" });
    await user.click(within(drawer).getByRole("link", { name: "Open the document" }));
    expect(await screen.findByText("The document")).toBeVisible();
    expect(router.state.location.pathname + router.state.location.search).toBe(
      "/documents/d1?page=12&quote=until+March",
    );
  });

  it("are listed once for each source at the end", async () => {
    openAnswer();
    const sources = await screen.findByRole("region", { name: "Sources" });
    expect(within(sources).getByRole("link", { name: "How bears sleep" })).toBeVisible();
    expect(within(sources).getByText("until March")).toBeVisible();
    expect(within(sources).getByText("page 12")).toBeVisible();
  });
});

describe("a quote", () => {
  it("tells price, currency, exchange and time, and has a table beside the chart", async () => {
    const chat = testChat();
    chatServer(chat, [
      testMessage({ id: "u1", role: "user", content: "What does Kuma cost?" }),
      testMessage({
        id: "a1",
        role: "assistant",
        parentId: "u1",
        content: "1,234.50 INR.",
        createdAt: "2026-11-23T09:00:01.000Z",
        toolCalls: [
          {
            callId: "c1",
            tool: "getStockPrice",
            arguments: { symbol: "KUMA.NS" },
            effect: "read",
            ok: true,
            summary: "KUMA.NS: 1234.50 INR",
            result: testQuote(),
            durationMs: 400,
          },
        ],
      }),
    ]);
    const { user } = renderPage(null, { path: `/chat/${chat.id}`, routes });
    const quote = await screen.findByRole("region", { name: "Quote of Kuma Industries" });
    for (const text of ["1,234.50 INR", "KUMA.NS · NSE", "GMT+5:30", "From Yahoo Finance: unofficial"]) {
      expect(quote).toHaveTextContent(text);
    }
    expect(
      await within(quote).findByRole("img", { name: /lowest 1,180.00, highest 1,234.50, in INR/ }),
    ).toBeVisible();
    await user.click(within(quote).getByRole("button", { name: "Show as a table" }));
    const rows = within(within(quote).getByRole("table", { name: /Prices of Kuma Industries/ })).getAllByRole(
      "row",
    );
    expect(rows.map((row) => row.textContent)).toHaveLength(4);
    expect(rows[1]).toHaveTextContent("1,234.501,260.001,200.00");
    await expectAccessible();
  });
});

describe("the agent of a chat", () => {
  it("is chosen with its tools in sight, and only for this chat", async () => {
    server.use(
      http.get("*/api/agents", () =>
        HttpResponse.json({
          items: [
            fixtures.agent({ tools: [] }),
            fixtures.agent({
              name: "research",
              displayName: "Research",
              description: "Writes cited reports.",
              tools: ["sendEmail", "queryDocument", "a", "b", "c"],
            }),
          ],
        }),
      ),
    );
    const chat = testChat();
    chatServer(chat, [testMessage({ id: "u1", role: "user", content: "Hi" })]);
    const seen = streamServer(() => undefined);
    const { user, router } = renderPage(null, { path: "/chat", routes });
    await user.click(await screen.findByRole("button", { name: "Choose an agent, now Assistant" }));
    const choice = await screen.findByRole("button", { name: /^Research/ });
    await waitFor(() => expect(choice).toHaveTextContent("Send mail"));
    expect(choice).toHaveTextContent("Writes cited reports.");
    expect(choice).toHaveTextContent("Query document");
    expect(choice).toHaveTextContent("and 1 more");
    await user.click(choice);
    await user.type(screen.getByRole("textbox", { name: "Message Kuma" }), "Go{Enter}");
    await waitFor(() => expect(seen[0]?.body).toMatchObject({ message: "Go", agentType: "research" }));
    await act(() => router.navigate(`/chat/${chat.id}`));
    expect(await screen.findByRole("button", { name: "Choose an agent, now Assistant" })).toBeVisible();
  });
});
