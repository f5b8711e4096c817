import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { server } from "@/test/server";
import { forgetAttachments } from "../components/composer/attachments/changes";
import { outgoing } from "../components/composer/attachments/outgoing";
import { attachmentsOf } from "../components/composer/attachments/store";
import { recorded } from "../stream/fixtures.test-data";
import { chatServer, type Gate, streamServer, testChat, testMessage } from "../test-server.test-data";
import { chooseBranch, openThread, watchThreads } from "./loading";
import { abandonAll, discardSend, edit, regenerate, retrySend, send, setLookedAt, stop } from "./runs";
import { clearThreads, getMessage, getThread, NEW_THREAD, type Thread } from "./thread-store";

const chat = testChat();
let unwatch: () => void;

beforeEach(() => {
  session.signIn(fixtures.token());
  unwatch = watchThreads();
});
afterEach(() => {
  abandonAll();
  clearThreads();
  unwatch();
});

const thread = (id: string = chat.id): Thread => {
  const found = getThread(id);
  if (!found) throw new Error(`no thread ${id}`);
  return found;
};
const shown = (id: string = chat.id) => thread(id).path.map((messageId) => getMessage(messageId));
const texts = (id: string = chat.id) => shown(id).map((message) => message?.content);

describe("sending", () => {
  it("shows the message at once, takes over the server's ids and keeps the rows", async () => {
    const gates: Gate[] = [];
    const seen = streamServer((_request, gate) => void gates.push(gate));
    const events = recorded("plain");
    const key = send(NEW_THREAD, "Why do bears sleep?", { model: "local/smollm2-135m" });
    expect(texts(NEW_THREAD)).toEqual(["Why do bears sleep?", ""]);
    const threadKey = thread(NEW_THREAD).key;

    await vi.waitFor(() => expect(gates).toHaveLength(1));
    expect(seen[0]).toMatchObject({
      method: "POST",
      path: "/api/chat/stream",
      body: { message: "Why do bears sleep?", model: "local/smollm2-135m" },
    });
    expect(seen[0]?.body).not.toHaveProperty("chatId");
    gates[0]?.release(events.slice(0, 6));
    await vi.waitFor(() =>
      expect(texts()).toEqual(["Why do bears sleep?", "A bear hibernates to save **ener"]),
    );
    expect(thread().key).toBe(threadKey);
    expect(shown()[0]).toMatchObject({ key, id: "01936f3e-0001-7000-8000-0000000000b1" });
    expect(getThread(NEW_THREAD)).toBeUndefined();

    gates[0]?.release(events.slice(6));
    gates[0]?.end();
    await vi.waitFor(() => expect(thread().activeRuns).toEqual([]));
    expect(shown()[1]).toMatchObject({ status: "complete", usage: { inputTokens: 42, outputTokens: 23 } });
    expect(thread().title).toBe("Why bears hibernate");
  });

  it("keeps the whole answer when a copy from before its end arrives after it", async () => {
    const gates: Gate[] = [];
    streamServer((_request, gate) => void gates.push(gate));
    const events = recorded("plain");
    send(NEW_THREAD, "Why do bears sleep?");
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    gates[0]?.release(events);
    gates[0]?.end();
    await vi.waitFor(() => expect(shown()[1]?.status).toBe("complete"));
    const [question, answer] = shown();
    const whole = answer?.content ?? "";
    expect(whole).toContain("hibernates");
    // Asked for while the answer was made; the server was slow to tell.
    chatServer(chat, [
      testMessage({ id: question?.id ?? "", role: "user", content: "Why do bears sleep?" }),
      testMessage({
        id: answer?.id ?? "",
        role: "assistant",
        parentId: question?.id ?? "",
        status: "streaming",
      }),
    ]);
    await openThread(chat.id);
    expect(texts()).toEqual(["Why do bears sleep?", whole]);
    expect(shown()[1]?.status).toBe("complete");
  });

  it("keeps a message the server refused, and sends it again under the same key", async () => {
    let refuse = true;
    const events = recorded("plain");
    const seen = streamServer((_request, gate) => {
      if (refuse)
        return problem(422, {
          code: "validation",
          title: "Too long",
          detail: "A message may have 100,000 characters.",
        });
      gate.release(events);
      gate.end();
      return undefined;
    });
    send(NEW_THREAD, "hello");
    await vi.waitFor(() =>
      expect(shown(NEW_THREAD)[0]).toMatchObject({ delivery: "failed", failure: { title: "Too long" } }),
    );
    expect(texts(NEW_THREAD)).toEqual(["hello"]);
    refuse = false;
    retrySend(shown(NEW_THREAD)[0]?.id ?? "");
    await vi.waitFor(() => expect(shown()[1]?.status).toBe("complete"));
    expect(shown()[0]?.delivery).toBeUndefined();
    expect(seen).toHaveLength(2);
    expect(seen[1]?.idempotencyKey).toBe(seen[0]?.idempotencyKey);
    expect(seen[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("sends images in a form, shows them at once and gives them back when they are taken back", async () => {
    const seen = streamServer(() => problem(413, { code: "image_too_large", title: "Too large" }));
    const image = (id: string, alt: string) => ({
      kind: "image" as const,
      id,
      name: `${id}.png`,
      file: new Blob([id], { type: "image/png" }),
      preview: `blob:${id}`,
      width: 4,
      height: 3,
      alt,
    });
    send(NEW_THREAD, "", {}, outgoing(NEW_THREAD, [image("a", "A bear"), image("b", "")]));
    expect(shown(NEW_THREAD)[0]?.imageAttachments).toEqual([
      { id: "a", url: "blob:a", mimeType: "image/png", width: 4, height: 3, alt: "A bear" },
      { id: "b", url: "blob:b", mimeType: "image/png", width: 4, height: 3 },
    ]);
    await vi.waitFor(() => expect(shown(NEW_THREAD)[0]?.delivery).toBe("failed"));
    expect(seen[0]?.body).toMatchObject({ message: "", alts: ["A bear", ""] });
    expect(seen[0]?.body["files"]).toHaveLength(2);
    discardSend(shown(NEW_THREAD)[0]?.id ?? "");
    expect(attachmentsOf(NEW_THREAD).map((one) => one.id)).toEqual(["a", "b"]);
    forgetAttachments();
  });

  it("gives a failed message back to the composer", async () => {
    streamServer(() => problem(500, { code: "internal", title: "Broken" }, { "retry-after": "0" }));
    send(NEW_THREAD, "take me back");
    await vi.waitFor(() => expect(shown(NEW_THREAD)[0]?.delivery).toBe("failed"));
    expect(discardSend(shown(NEW_THREAD)[0]?.id ?? "")).toBe("take me back");
    expect(texts(NEW_THREAD)).toEqual([]);
  });

  it("sends a second message while the first is answered, below it, and shows it as queued", async () => {
    const gates: Gate[] = [];
    const seen = streamServer((_request, gate) => void gates.push(gate));
    const first = recorded("plain");
    const second = recorded("queued");
    send(NEW_THREAD, "one");
    send(NEW_THREAD, "two");
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    gates[0]?.release(first.slice(0, 5));
    await vi.waitFor(() => expect(gates).toHaveLength(2));
    expect(seen[1]?.body).toMatchObject({
      message: "two",
      chatId: chat.id,
      parentId: "01936f3e-0001-7000-8000-0000000000b2",
    });
    gates[1]?.release(second.slice(0, 2));
    await vi.waitFor(() => expect(shown()[3]?.run).toMatchObject({ phase: "queued", position: 2 }));
    expect(thread().activeRuns).toHaveLength(2);
    // Its own connection was let go; it is followed again once the first is done.
    gates[0]?.release(first.slice(5));
    gates[0]?.end();
    await vi.waitFor(() => expect(gates).toHaveLength(3));
    expect(seen[2]).toMatchObject({
      method: "GET",
      path: "/api/chat/jobs/01936f3e-000b-7000-8000-0000000000a1/events",
      lastEventId: "2",
    });
    gates[2]?.release(second.slice(2));
    gates[2]?.end();
    await vi.waitFor(() => expect(shown()[3]).toMatchObject({ status: "complete", content: "Hello." }));
    expect(thread().activeRuns).toEqual([]);
  });
});

describe("following", () => {
  it("goes on after a cut connection without losing or doubling text", async () => {
    const events = recorded("plain");
    const seen = streamServer((request, gate) => {
      if (request.method === "POST") {
        gate.release(events.slice(0, 5));
        setTimeout(() => gate.end("cut"), 0);
      } else {
        // The server starts a little earlier than asked: nothing may come twice.
        gate.release(events.slice(3));
        gate.end();
      }
    });
    send(NEW_THREAD, "hello");
    await vi.waitFor(() => expect(shown()[1]?.status).toBe("complete"), { timeout: 5000 });
    const last = events.at(-1);
    expect(last?.event === "done" && last.data.message.content).toBe(texts()[1]);
    expect(seen.map((request) => [request.method, request.lastEventId])).toEqual([
      ["POST", null],
      ["GET", "5"],
    ]);
  });

  it("picks up a run in progress when the page is loaded", async () => {
    const events = recorded("plain");
    const user = testMessage({ id: "01936f3e-0001-7000-8000-0000000000b1", role: "user", content: "Why?" });
    const answer = testMessage({
      id: "01936f3e-0001-7000-8000-0000000000b2",
      role: "assistant",
      parentId: user.id,
      status: "streaming",
      content: "A bear hibernates",
      createdAt: "2026-11-23T09:00:01.000Z",
    });
    chatServer({ ...chat, activeJobId: "01936f3e-0001-7000-8000-0000000000a1" }, [user, answer]);
    let gate: Gate | undefined;
    streamServer((_request, opened) => {
      gate = opened;
    });
    const contents: string[] = [];
    await openThread(chat.id);
    await vi.waitFor(() => expect(gate).toBeDefined());
    gate?.release(events.slice(0, 4));
    await vi.waitFor(() => expect(thread().activeRuns).toEqual([answer.id]));
    contents.push(texts()[1] ?? "");
    gate?.release(events.slice(4));
    await vi.waitFor(() => expect(shown()[1]?.status).toBe("complete"));
    expect(contents).toEqual(["A bear hibernates"]);
    expect(shown()).toHaveLength(2);
    expect(thread().title, "the name that the chat has by now").toBe("Bears");
  });

  it("reads an answer whose run it does not know from its checkpoints, until it is done", async () => {
    const user = testMessage({
      id: "u1",
      role: "user",
      content: "Why?",
      createdAt: "2024-11-01T09:00:00.000Z",
    });
    const parts = ["Half", "Half of it", "All of it"];
    let served = 0;
    server.use(
      http.get(`*/api/chat/${chat.id}`, () => HttpResponse.json({ chat })),
      http.get(`*/api/chat/${chat.id}/messages`, () => {
        const content = parts[Math.min(served, 2)] ?? "";
        const status = served < 2 ? "streaming" : "complete";
        served += 1;
        const answer = { id: "a1", parentId: "u1", content, createdAt: "2024-11-01T09:00:01.000Z" };
        return HttpResponse.json({
          items: [user, testMessage({ role: "assistant", status, ...answer })],
          nextCursor: null,
        });
      }),
    );
    await openThread(chat.id);
    expect(texts()).toEqual(["Why?", "Half"]);
    await vi.waitFor(() => expect(shown()[1]).toMatchObject({ content: "All of it", status: "complete" }), {
      timeout: 8_000,
    });
    expect(served).toBe(3);
  });

  it("reads the stored answer when the run's events are gone", async () => {
    const user = testMessage({ id: "01936f3e-0001-7000-8000-0000000000b1", role: "user", content: "Why?" });
    let served = 0;
    server.use(
      http.get(`*/api/chat/${chat.id}`, () =>
        HttpResponse.json({ chat: { ...chat, activeJobId: "01936f3e-0001-7000-8000-0000000000a1" } }),
      ),
      http.get(`*/api/chat/${chat.id}/messages`, () => {
        served += 1;
        return HttpResponse.json({
          items: [
            user,
            testMessage({
              id: "b2",
              role: "assistant",
              parentId: user.id,
              content: served > 1 ? "All of it" : "Half",
              createdAt: "2026-11-23T09:00:01.000Z",
            }),
          ],
          nextCursor: null,
        });
      }),
    );
    const seen = streamServer(() => problem(404, { code: "not_found", title: "Gone" }));
    await openThread(chat.id);
    await vi.waitFor(() => expect(texts()).toEqual(["Why?", "All of it"]));
    expect(seen).toHaveLength(1);
  });

  it("lets go of a chat nobody looks at and goes on where it was", async () => {
    const events = recorded("plain");
    const gates: Gate[] = [];
    const seen = streamServer((_request, gate) => void gates.push(gate));
    send(NEW_THREAD, "hello");
    await vi.waitFor(() => expect(gates).toHaveLength(1));
    gates[0]?.release(events.slice(0, 5));
    await vi.waitFor(() => expect(texts()[1]).toBe("A bear hibernates"));
    setLookedAt(thread().key, false);
    setLookedAt(thread().key, true);
    await vi.waitFor(() => expect(gates.length).toBeGreaterThan(1));
    expect(seen[1]).toMatchObject({ method: "GET", lastEventId: "5" });
    gates[1]?.release(events.slice(5));
    await vi.waitFor(() => expect(shown()[1]?.status).toBe("complete"));
  });

  it("stops the run that is being answered", async () => {
    const cancelled: string[] = [];
    server.use(
      http.post("*/api/chat/jobs/:jobId/cancel", ({ params }) => {
        cancelled.push(String(params["jobId"]));
        gate?.release(recorded("cancelled").slice(5));
        return new HttpResponse(null, { status: 202 });
      }),
    );
    let gate: Gate | undefined;
    streamServer((_request, opened) => {
      gate = opened;
      opened.release(recorded("cancelled").slice(0, 5));
    });
    send(NEW_THREAD, "tell me a story");
    await stop(NEW_THREAD);
    await vi.waitFor(() =>
      expect(shown()[1]).toMatchObject({ status: "cancelled", content: "Once upon a time, in a forest" }),
    );
    expect(cancelled).toEqual(["01936f3e-0003-7000-8000-0000000000a1"]);
  });

  it("stops a run of another tab from its first event on, when a checkpoint is all there is of its text", async () => {
    const question = testMessage({
      id: "01936f3e-0003-7000-8000-0000000000b1",
      role: "user",
      content: "A story",
    });
    const answer = testMessage({
      id: "01936f3e-0003-7000-8000-0000000000b2",
      role: "assistant",
      parentId: question.id,
      status: "streaming",
      content: "Once upon a time, in a forest",
      createdAt: "2026-11-23T09:00:01.000Z",
    });
    const job = "01936f3e-0003-7000-8000-0000000000a1";
    chatServer({ ...chat, activeJobId: job }, [question, answer]);
    const cancelled: string[] = [];
    server.use(
      http.post("*/api/chat/jobs/:jobId/cancel", ({ params }) => {
        cancelled.push(String(params["jobId"]));
        return new HttpResponse(null, { status: 202 });
      }),
    );
    streamServer((_request, opened) => opened.release(recorded("cancelled").slice(0, 1)));
    await openThread(chat.id);
    await vi.waitFor(() => expect(thread().activeRuns).toEqual([answer.id]));
    await stop(chat.id);
    expect(cancelled).toEqual([job]);
  });
});

describe("branches", () => {
  const user = testMessage({
    id: "u1",
    role: "user",
    content: "Why?",
    createdAt: "2024-11-01T09:00:00.000Z",
  });
  const answer = testMessage({
    id: "a1",
    role: "assistant",
    parentId: "u1",
    content: "Because.",
    createdAt: "2024-11-01T09:00:01.000Z",
  });

  it("regenerates beside the old answer and remembers which one is shown", async () => {
    chatServer(chat, [user, answer]);
    await openThread(chat.id);
    const seen = streamServer((_request, gate) => gate.release(recorded("reasoning")));
    regenerate(chat.id, "a1");
    await vi.waitFor(() =>
      expect(shown()[1]).toMatchObject({ status: "complete", content: "17 × 3 is **51**." }),
    );
    expect(seen[0]).toMatchObject({ method: "POST", path: `/api/chat/${chat.id}/messages/a1/regenerate` });
    expect(thread().children["u1"]).toEqual(["a1", "01936f3e-0006-7000-8000-0000000000b2"]);
    let remembered: unknown;
    server.use(
      http.patch(`*/api/chat/${chat.id}`, async ({ request }) => {
        remembered = await request.json();
        return HttpResponse.json({ chat });
      }),
    );
    await chooseBranch(chat.id, "a1");
    expect(texts()).toEqual(["Why?", "Because."]);
    expect(remembered).toEqual({ activeMessageId: "a1" });
  });

  it("edits as a sibling of the question", async () => {
    chatServer(chat, [user, answer]);
    await openThread(chat.id);
    const seen = streamServer((_request, gate) => gate.release(recorded("reasoning")));
    edit(chat.id, "u1", "Why indeed?");
    await vi.waitFor(() => expect(texts()).toEqual(["Why indeed?", "17 × 3 is **51**."]));
    expect(seen[0]).toMatchObject({
      method: "PUT",
      path: `/api/chat/${chat.id}/messages/u1`,
      body: { message: "Why indeed?" },
    });
    expect(thread().children[""]).toEqual(["u1", "01936f3e-0006-7000-8000-0000000000b1"]);
  });

  it("opens the branch that the server remembers", async () => {
    const other = testMessage({
      id: "a2",
      role: "assistant",
      parentId: "u1",
      content: "Another.",
      createdAt: "2026-11-23T09:00:05.000Z",
    });
    chatServer({ ...chat, activeMessageId: "a1" }, [user, answer, other]);
    await openThread(chat.id);
    expect(texts()).toEqual(["Why?", "Because."]);
  });
});
