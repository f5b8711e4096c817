import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "../api/types";
import { testChat, testMessage } from "../test-server.test-data";
import { awaitMemories, forgetAwaited } from "./late-memories";
import { setLookedAt } from "./runs";
import { clearThreads, ensureThread, putMessages, toThreadMessage } from "./thread-store";

const chat = testChat();
const pending: NonNullable<Message["memories"]> = [{ action: "pending", items: [] }];
const saved: NonNullable<Message["memories"]> = [
  { action: "saved", items: [{ id: "m1", content: "The user lives in Pune." }] },
];

function answer(memories: NonNullable<Message["memories"]>) {
  putMessages(chat.id, [toThreadMessage(testMessage({ id: "a1", role: "assistant", memories }))]);
}

beforeEach(() => {
  vi.useFakeTimers();
  ensureThread(chat.id);
});
afterEach(() => {
  forgetAwaited();
  clearThreads();
  vi.useRealTimers();
});

describe("memories that come after their answer", () => {
  it("are asked for, ever more seldom, until they are there", async () => {
    answer(pending);
    const refresh = vi.fn(async () => {
      if (refresh.mock.calls.length === 3) answer(saved);
      // What every reading of a chat does.
      awaitMemories(chat.id, refresh);
    });
    awaitMemories(chat.id, refresh);
    awaitMemories(chat.id, refresh);
    const asked: number[] = [];
    for (const ms of [1_999, 1, 3_000, 5_000, 600_000]) {
      await vi.advanceTimersByTimeAsync(ms);
      asked.push(refresh.mock.calls.length);
    }
    expect(asked).toEqual([0, 1, 2, 3, 3]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are given up after a while, and asked for anew when the chat is opened again", async () => {
    answer(pending);
    const refresh = vi.fn(async () => undefined);
    awaitMemories(chat.id, refresh);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(refresh).toHaveBeenCalledTimes(7);
    awaitMemories(chat.id, refresh);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(refresh).toHaveBeenCalledTimes(8);
  });

  it("are not asked for when there are none to come, or nobody looks", async () => {
    const refresh = vi.fn(async () => undefined);
    answer(saved);
    awaitMemories(chat.id, refresh);
    expect(vi.getTimerCount()).toBe(0);
    answer(pending);
    awaitMemories(chat.id, refresh);
    const { key } = ensureThread(chat.id);
    setLookedAt(key, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refresh).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
    setLookedAt(key, true);
  });
});
