import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { ChatPage } from "../routes";
import { forgetSending } from "../state/drafts";
import { abandonAll } from "../state/runs";
import { clearThreads } from "../state/thread-store";
import { answering, recorded } from "../stream/fixtures.test-data";
import { pretendLayout } from "../test-layout.test-data";
import { chatServer, type Gate, streamServer, testChat, testMessage } from "../test-server.test-data";

const chat = testChat();
const routes = [
  { path: "/chat/:chatId?", element: <ChatPage /> },
  { path: "/settings/models", element: <p>Models page</p> },
];
const open = (path = "/chat") => renderPage(null, { path, routes });
const field = () => screen.getByRole("textbox", { name: "Message Kuma" });

beforeAll(async () => {
  await Promise.all([
    import("@/markdown/MarkdownView"),
    import("./FindBar"),
    import("./thread/Thread"),
    import("./composer/ModelList"),
    import("./thread/activity"),
  ]);
});

beforeEach(() => {
  pretendLayout();
  server.use(http.get("*/api/chat/:chatId", () => HttpResponse.json({ chat })));
  server.use(
    http.get("*/api/chat/:chatId/messages", () => HttpResponse.json({ items: [], nextCursor: null })),
  );
});

afterEach(() => {
  abandonAll();
  clearThreads();
  forgetSending();
});

describe("a new chat", () => {
  it("greets by name and offers prompts that fit the model", async () => {
    const { user } = open();
    expect(await screen.findByRole("heading", { name: /Ada/ })).toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: /^Compare options/ }));
    expect(field()).toHaveValue("Compare SQLite and PostgreSQL for a small team's app, as a table.");
    expect(field()).toHaveFocus();
  });

  it("sends on Enter, takes the server's address and shows the answer", async () => {
    const gates: Gate[] = [];
    const seen = streamServer((_request, gate) => void gates.push(gate));
    const { user, router } = open();
    await user.type(field(), "Why do bears sleep?{Shift>}{Enter}{/Shift}Really?{Enter}");
    expect(screen.getByText(/Why do bears sleep/)).toBeInTheDocument();
    expect(field()).toHaveValue("");
    await waitFor(() => expect(seen[0]?.body).toMatchObject({ message: "Why do bears sleep?\nReally?" }));
    act(() => gates[0]?.release(recorded("plain")));
    gates[0]?.end();
    expect(await screen.findByText("energy")).toBeInTheDocument();
    await waitFor(() => expect(router.state.location.pathname).toBe(`/chat/${chat.id}`));
    expect(screen.getByRole("heading", { level: 1, name: "Why bears hibernate" })).toBeInTheDocument();
    expect(await screen.findByText("Kuma has answered")).toHaveAttribute("role", "status");
    await expectAccessible();
  });

  it("does not send while an input method composes", async () => {
    const seen = streamServer(() => undefined);
    const { user } = open();
    await user.type(field(), "にほん");
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      field().dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
      );
    }
    expect(field()).toHaveValue("にほん");
    expect(seen).toHaveLength(0);
  });

  it("says how to connect a model when there is none, and keeps the message", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.json(fixtures.models([]))));
    streamServer((_request, gate) => {
      gate.release(recorded("no-model"));
      gate.end();
    });
    const { user, router } = open();
    await user.type(field(), "Hello{Enter}");
    expect(await screen.findByText("No model is connected yet")).toBeInTheDocument();
    expect(screen.getByText("Hello")).toBeInTheDocument();
    const card = screen.getByRole("group", { name: /No model/ });
    await user.click(within(card).getByRole("link", { name: "Connect a model" }));
    expect(router.state.location.pathname).toBe("/settings/models");
  });

  it("labels the demo model for as long as it answers", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.json(fixtures.models([fixtures.demoModel()]))));
    open();
    const label = await screen.findByText("Demo model.");
    expect(label.closest("p")).toHaveTextContent("SmolLM2 135M only shows that Kuma works");
    expect(screen.getByRole("button", { name: /^Say hello/ })).toBeInTheDocument();
  });
});

describe("drafts", () => {
  it("survive leaving and coming back, each chat its own", async () => {
    const first = open();
    await first.user.type(field(), "not yet sent");
    first.unmount();
    const other = open(`/chat/${chat.id}`);
    expect(await screen.findByRole("textbox", { name: "Message Kuma" })).toHaveValue("");
    other.unmount();
    open();
    expect(field()).toHaveValue("not yet sent");
  });

  it("survive a 401: the message waits for the new sign-in and goes out once", async () => {
    let expired = true;
    const seen = streamServer((_request, gate) => {
      if (expired) return problem(401, { code: "unauthenticated", title: "Sign in again" });
      gate.release(recorded("plain"));
      gate.end();
      return undefined;
    });
    const { user } = open();
    await user.type(field(), "Mid-session{Enter}");
    await waitFor(() => expect(seen).toHaveLength(1));
    expect(screen.getByText("Mid-session")).toBeInTheDocument();
    expect(localStorage.getItem(`kuma.unsent.${fixtures.user().id}`)).toContain("Mid-session");
    expired = false;
    act(() => session.signIn(fixtures.token({ ver: 2 })));
    expect(await screen.findByText("energy")).toBeInTheDocument();
    expect(seen).toHaveLength(2);
    expect(localStorage.getItem(`kuma.unsent.${fixtures.user().id}`)).toBeNull();
  });

  it("keep a long paste as an attachment, or put it into the message", async () => {
    const seen = streamServer(() => undefined);
    const { user } = open();
    await user.click(field());
    await user.paste("x".repeat(10_001));
    expect(field()).toHaveValue("");
    expect(await screen.findByText(/10,001 characters/)).toBeInTheDocument();
    await user.paste("y".repeat(10_000));
    expect(field()).toHaveValue("y".repeat(10_000));
    await user.clear(field());
    await user.type(field(), "look{Enter}");
    await waitFor(() =>
      expect(seen[0]?.body["message"]).toBe(`look\n\nPasted text:\n\n\`\`\`\n${"x".repeat(10_001)}\n\`\`\``),
    );
  });
});

describe("failures", () => {
  it("keep a refused message with its reason, retry it, or take it back", async () => {
    streamServer(() =>
      problem(413, { code: "too_large", title: "Too large", detail: "A message may be 256 KiB." }),
    );
    const { user } = open();
    await user.type(field(), "too much{Enter}");
    const alert = await screen.findByText("Not sent");
    expect(alert.closest("[role=alert]")).toHaveTextContent("A message may be 256 KiB.");
    await user.click(screen.getByRole("button", { name: "Take back" }));
    expect(field()).toHaveValue("too much");
    expect(screen.queryByText("Not sent")).not.toBeInTheDocument();
  });

  it("show what happened and try again as another version", async () => {
    const user1 = testMessage({
      id: "u1",
      role: "user",
      content: "News?",
      createdAt: "2024-11-01T09:00:00.000Z",
    });
    const failedAnswer = testMessage({
      id: "a1",
      role: "assistant",
      parentId: "u1",
      content: "I had a look",
      status: "failed",
      createdAt: "2024-11-01T09:00:01.000Z",
      error: {
        code: "rate_limited",
        title: "The provider is busy",
        detail: "Wait a minute and try again.",
        retryable: true,
      },
    });
    chatServer(chat, [user1, failedAnswer]);
    const seen = streamServer((_request, gate) => {
      gate.release(answering("u1", recorded("reasoning")));
      gate.end();
    });
    const { user } = open(`/chat/${chat.id}`);
    const card = await screen.findByRole("group", { name: "The provider is busy" });
    expect(card).toHaveTextContent("Wait a minute and try again.");
    await user.click(within(card).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("group", { name: "Version 2 of 2" })).toBeInTheDocument();
    expect(seen[0]?.path).toBe(`/api/chat/${chat.id}/messages/a1/regenerate`);
    expect(await screen.findByText("51")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Thought process" }));
    expect(await screen.findByText(/17 × 3 = 51/)).toBeInTheDocument();
    server.use(http.patch("*/api/chat/:chatId", () => HttpResponse.json({ chat })));
    await user.click(screen.getByRole("button", { name: "Previous version" }));
    expect(await screen.findByRole("group", { name: "The provider is busy" })).toBeInTheDocument();
    await expectAccessible();
  });

  it("say so when a chat is not there", async () => {
    server.use(http.get("*/api/chat/:chatId", () => problem(404, { code: "not_found", title: "Not found" })));
    open("/chat/0199aaaa-0000-7000-8000-00000000dead");
    expect(await screen.findByText("This chat is not here")).toBeInTheDocument();
  });
});

describe("an answer", () => {
  const question = testMessage({
    id: "u1",
    role: "user",
    content: "Look it up",
    createdAt: "2024-11-01T09:00:00.000Z",
  });

  it("shows its steps, sources and what it cost", async () => {
    const done = recorded("tool").at(-1);
    if (done?.event !== "done") throw new Error("tool.jsonl ends otherwise");
    chatServer(chat, [question, { ...done.data.message, parentId: "u1" }]);
    const { user } = open(`/chat/${chat.id}`);
    const step = await screen.findByRole("button", { name: /Looked up a share price/ });
    expect(step).toHaveTextContent("KUMA 12.34 USD");
    expect(step).toHaveTextContent("0.4 s");
    await user.click(step);
    expect(screen.getByText("Symbol")).toBeVisible();
    expect(screen.getByText("KUMA")).toBeVisible();
    expect(screen.getByRole("button", { name: /Read financial news/ })).toHaveTextContent("did not answer");
    expect(screen.getByRole("link", { name: "Kuma shares rise" })).toHaveAttribute(
      "href",
      "https://news.example/kuma#:~:text=Shares%20of%20Kuma%20rose%20to%2012.34%20USD.",
    );
    await user.click(screen.getByRole("button", { name: "About this answer" }));
    expect(await screen.findByText("310 tokens")).toBeInTheDocument();
    await expectAccessible();
  });

  it("offers to go on after it was stopped", async () => {
    chatServer(chat, [
      question,
      testMessage({
        id: "a1",
        role: "assistant",
        parentId: "u1",
        content: "Half a",
        status: "cancelled",
        createdAt: "2024-11-01T09:00:01.000Z",
      }),
    ]);
    const seen = streamServer(() => undefined);
    const { user } = open(`/chat/${chat.id}`);
    await user.click(await screen.findByRole("button", { name: "Continue" }));
    await waitFor(() =>
      expect(seen[0]?.body).toMatchObject({ message: "Continue", parentId: "a1", chatId: chat.id }),
    );
  });

  it("is stopped by the button and by Escape", async () => {
    const cancelled: string[] = [];
    server.use(
      http.post("*/api/chat/jobs/:jobId/cancel", ({ params }) => {
        cancelled.push(String(params["jobId"]));
        return new HttpResponse(null, { status: 202 });
      }),
    );
    streamServer((_request, gate) => gate.release(recorded("cancelled").slice(0, 5)));
    const { user } = open();
    await user.type(field(), "story{Enter}");
    expect(await screen.findByText(/Once upon a time/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(cancelled).toHaveLength(1));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(cancelled).toHaveLength(2));
  });

  it("is asked for anew by editing the question with ↑", async () => {
    chatServer(chat, [
      question,
      testMessage({
        id: "a1",
        role: "assistant",
        parentId: "u1",
        content: "Found.",
        createdAt: "2024-11-01T09:00:01.000Z",
      }),
    ]);
    const seen = streamServer((_request, gate) => {
      gate.release(recorded("reasoning"));
      gate.end();
    });
    const { user } = open(`/chat/${chat.id}`);
    await screen.findByText("Found.");
    await user.click(field());
    await user.keyboard("{ArrowUp}");
    const form = await screen.findByRole("textbox", { name: "Edit your message" });
    expect(form).toHaveFocus();
    await user.clear(form);
    await user.type(form, "Look again{Enter}");
    await waitFor(() => expect(seen[0]).toMatchObject({ method: "PUT", body: { message: "Look again" } }));
    expect(await screen.findByText("51")).toBeInTheDocument();
  });

  it("is found by the search in the chat, shown or not", async () => {
    const many = Array.from({ length: 80 }, (_, index) => {
      const isUser = index % 2 === 0;
      return testMessage({
        id: `m${index}`,
        role: isUser ? "user" : "assistant",
        parentId: index === 0 ? null : `m${index - 1}`,
        content: index === 61 ? "the needle" : `hay ${index}`,
        createdAt: new Date(Date.UTC(2024, 1, 1) + index * 1000).toISOString(),
      });
    });
    chatServer(chat, many);
    const { user } = open(`/chat/${chat.id}`);
    await screen.findByText("hay 1");
    expect(screen.queryByText("the needle")).not.toBeInTheDocument();
    await user.click(await screen.findByRole("button", { name: "Find in chat" }));
    await user.type(await screen.findByRole("textbox", { name: "Find in chat" }), "Needle");
    expect(await screen.findByText("1 of 1")).toBeInTheDocument();
    await user.clear(screen.getByRole("textbox", { name: "Find in chat" }));
    await user.type(await screen.findByRole("textbox", { name: "Find in chat" }), "pin");
    expect(await screen.findByText("Nothing found")).toBeInTheDocument();
    await user.keyboard("{Escape}");
    expect(field()).toHaveFocus();
  });
});
