import { act, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deferred } from "@/lib/deferred";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import type { Chat } from "../../api/types";
import { announce } from "../../state/chat-events";
import { flushDeletions, UNDO_MS } from "../../state/deletions";
import { pretendLayout } from "../../test-layout.test-data";
import { testChat } from "../../test-server.test-data";
import { ChatSidebar } from "./ChatSidebar";

let chats: Chat[];
const deleted: string[] = [];

beforeEach(() => {
  pretendLayout(800, 36);
  deleted.length = 0;
  const now = Date.now();
  chats = [
    testChat({ id: "c1", title: "Bears", updatedAt: new Date(now).toISOString() }),
    testChat({ id: "c2", title: "Snow", updatedAt: new Date(now - 60_000).toISOString(), activeJobId: "j1" }),
    testChat({ id: "c3", title: "Old letters", updatedAt: "2024-03-05T12:00:00.000Z", pinned: true }),
  ];
  server.use(
    http.get("*/api/chat", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const q = (query.get("q") ?? "").toLowerCase();
      const pinned = query.get("pinned");
      const items = chats.filter(
        (chat) =>
          (chat.title ?? "").toLowerCase().includes(q) &&
          String(chat.archived) === (query.get("archived") ?? "false") &&
          (pinned === null || String(chat.pinned) === pinned),
      );
      return HttpResponse.json({ items, nextCursor: null });
    }),
    http.patch("*/api/chat/:id", async ({ request, params }) => {
      const changes = (await request.json()) as Partial<Chat>;
      chats = chats.map((chat) => (chat.id === params["id"] ? { ...chat, ...changes } : chat));
      return HttpResponse.json({ chat: chats.find((chat) => chat.id === params["id"]) });
    }),
    http.delete("*/api/chat/:id", ({ params }) => {
      deleted.push(String(params["id"]));
      chats = chats.filter((chat) => chat.id !== params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
  );
});

const open = (path = "/chat/c1") =>
  renderPage(null, { path, routes: [{ path: "/chat/:chatId?", element: <ChatSidebar /> }] });
const menuOf = (title: string) => screen.findByRole("button", { name: `More about ${title}` });

describe("the list of chats", () => {
  it("marks a chat that waits for a decision, wherever it was asked", async () => {
    chats = chats.map((chat) => (chat.id === "c2" ? { ...chat, waitsForApproval: true } : chat));
    open();
    const row = await screen.findByRole("link", { name: /Snow\s*Waiting for your approval/ });
    expect(row).not.toHaveTextContent("Answering");
    await expectAccessible();
  });

  it("groups them, marks the open one and the one being answered", async () => {
    open();
    expect(await screen.findByRole("heading", { name: "Pinned" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Bears" })).toHaveAttribute("aria-current", "page");
    expect(screen.getByRole("link", { name: /Snow\s*Answering/ })).toBeInTheDocument();
    await expectAccessible();
  });

  it("searches on the server", async () => {
    const { user } = open();
    await screen.findByRole("link", { name: "Bears" });
    await user.click(screen.getByRole("button", { name: "Search chats" }));
    await user.type(screen.getByRole("searchbox", { name: "Search chats" }), "snow");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Bears" })).not.toBeInTheDocument());
    expect(screen.getByRole("link", { name: /Snow/ })).toBeInTheDocument();
    await user.clear(screen.getByRole("searchbox"));
    await user.type(screen.getByRole("searchbox"), "nowhere");
    expect(await screen.findByText("No chat mentions “nowhere”.")).toBeInTheDocument();
  });

  it("renames in place, and takes it back with a word when refused", async () => {
    const { user } = open();
    await user.click(await menuOf("Bears"));
    await user.click(await screen.findByRole("menuitem", { name: "Rename" }));
    const field = await screen.findByRole("textbox", { name: "New title" });
    await user.clear(field);
    await user.type(field, "Brown bears{Enter}");
    expect(await screen.findByRole("link", { name: "Brown bears" })).toBeInTheDocument();
    await waitFor(() => expect(chats[0]?.title).toBe("Brown bears"));
    server.use(
      http.patch("*/api/chat/:id", () =>
        problem(500, { code: "internal", title: "Broken", detail: "Try again later." }),
      ),
    );
    screen.getByRole("link", { name: "Brown bears" }).focus();
    await user.keyboard("{F2}");
    await user.type(await screen.findByRole("textbox", { name: "New title" }), "x{Enter}");
    expect(await screen.findByText("The title was not changed")).toBeInTheDocument();
    expect(await screen.findByRole("link", { name: "Brown bears" })).toBeInTheDocument();
  });

  it("learns titles and new chats from runs", async () => {
    open();
    await screen.findByRole("link", { name: "Bears" });
    act(() => announce({ type: "titled", chatId: "c1", title: "Why bears sleep" }));
    expect(await screen.findByRole("link", { name: "Why bears sleep" })).toBeInTheDocument();
    chats = [testChat({ id: "c9", title: "Brand new", updatedAt: new Date().toISOString() }), ...chats];
    act(() => announce({ type: "created", chatId: "c9" }));
    expect(await screen.findByRole("link", { name: "Brand new" })).toBeInTheDocument();
  });
});

it("brings a chat to the top when a run begins in it, not when one is followed again", async () => {
  open();
  await screen.findByRole("link", { name: "Bears" });
  const order = () =>
    screen.getAllByRole("link").flatMap((link) => /^(Bears|Snow)/.exec(link.textContent)?.[0] ?? []);
  expect(order()).toEqual(["Bears", "Snow"]);
  act(() => announce({ type: "started", chatId: "c2", jobId: "j1" }));
  act(() => announce({ type: "titled", chatId: "c1", title: "Bears in snow" }));
  await screen.findByRole("link", { name: "Bears in snow" });
  expect(order()).toEqual(["Bears", "Snow"]);
  act(() => announce({ type: "started", chatId: "c2", jobId: "j2" }));
  await waitFor(() => expect(order()).toEqual(["Snow", "Bears"]));
});

it("keeps a title that came while the list was on its way without it", async () => {
  open();
  await screen.findByRole("link", { name: "Bears" });
  const released = deferred();
  const asked = deferred();
  const untitled = { items: [testChat({ id: "c9", title: null }), ...chats], nextCursor: null };
  let held = false;
  server.use(
    http.get("*/api/chat", async ({ request }) => {
      // All but the first list go on to the usual answer.
      if (held || new URL(request.url).searchParams.has("pinned")) return;
      held = true;
      asked.resolve();
      await released.promise;
      return HttpResponse.json(untitled);
    }),
  );
  act(() => announce({ type: "created", chatId: "c9" }));
  await asked.promise;
  chats = [testChat({ id: "c9", title: "Brand new" }), ...chats];
  act(() => announce({ type: "titled", chatId: "c9", title: "Brand new" }));
  released.resolve();
  // As it first appears: the next look at the list would put it right in any case.
  expect(await screen.findByRole("link", { name: /^(Brand new|New chat)/ })).toHaveTextContent("Brand new");
});

describe("deleting", () => {
  const remove = async (user: ReturnType<typeof open>["user"], title: string) => {
    await user.click(await menuOf(title));
    await user.click(await screen.findByRole("menuitem", { name: "Delete chat" }));
    await waitFor(() =>
      expect(screen.queryByRole("link", { name: new RegExp(title) })).not.toBeInTheDocument(),
    );
  };

  it("can be undone, and then the server never hears of it", async () => {
    const { user, router } = open();
    await remove(user, "Bears");
    expect(router.state.location.pathname).toBe("/chat");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(await screen.findByRole("link", { name: "Bears" })).toBeInTheDocument();
    expect(router.state.location.pathname).toBe("/chat/c1");
    flushDeletions();
    await act(async () => undefined);
    expect(deleted).toEqual([]);
  });

  it("is sent when the page goes away before the time for undoing is over", async () => {
    const { user } = open();
    await remove(user, "Snow");
    expect(deleted).toEqual([]);
    window.dispatchEvent(new Event("pagehide"));
    await waitFor(() => expect(deleted).toEqual(["c2"]));
  });

  it("is sent when the time is over, and undone with a word when the server refuses", async () => {
    server.use(
      http.delete("*/api/chat/:id", () =>
        problem(503, { code: "busy", title: "Busy", detail: "Try again." }),
      ),
    );
    const { user } = open();
    await menuOf("Bears");
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 50 });
    try {
      await remove(user, "Bears");
      await vi.advanceTimersByTimeAsync(UNDO_MS);
      expect(await screen.findByText("The chat could not be deleted")).toBeInTheDocument();
      expect(await screen.findByRole("link", { name: "Bears" })).toBeInTheDocument();
    } finally {
      vi.useRealTimers();
    }
  });
});
