import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownCalls } from "../components/tool-card/shown-call";
import { MalformedRunEvent, parseRunEvent, type RunEvent } from "./events";
import { recorded, recordedRuns } from "./fixtures.test-data";
import { initialRun, isAsking, isOver, reduceRun } from "./reducer";

const run = (events: readonly RunEvent[], from = initialRun) => events.reduce(reduceRun, from);

describe("reduceRun on recorded runs", () => {
  it("plain: joins the chunks, keeps the ids, the title and the usage", () => {
    const state = run(recorded("plain"));
    expect(state.phase).toBe("done");
    expect(state.text).toBe(
      "A bear hibernates to save **energy** while food\nis scarce.\n\n- It eats in autumn\n- It sleeps in winter 🐻\n",
    );
    expect(state.title).toBe("Why bears hibernate");
    expect(state.usage).toEqual({ inputTokens: 42, outputTokens: 23 });
    expect(state.assistantMessageId).toBe(state.message?.id);
  });

  it.each(recordedRuns)("%s: the text of the events is the text of the finished message", (name) => {
    const events = recorded(name);
    const last = events.at(-1);
    const before = run(events.slice(0, -1));
    const after = run(events);
    expect(isOver(before)).toBe(false);
    expect(isOver(after)).toBe(true);
    if (last?.event === "done") expect(before.text).toBe(last.data.message.content);
  });

  it("reset: the new text replaces the old", () => {
    const events = recorded("reset");
    const at = events.findIndex((event) => event.event === "reset");
    expect(run(events.slice(0, at)).text).toBe("The answer is forty-th");
    expect(run(events.slice(0, at)).retryInMs).toBeNull();
    expect(run(events.slice(0, at - 1)).retryInMs).toBe(2000);
    expect(run(events.slice(0, at + 1)).text).toBe("");
    expect(run(events).text).toBe("The answer is forty-two.");
    expect(run(events).attempt).toBe(2);
  });

  it("tool-reset: what a finished step thought and did stays, the half thought goes", () => {
    const state = run(recorded("tool-reset"));
    expect(state.text).toBe("Searching. Bears are mammals.");
    expect(state.reasoning).toBe("Search first. A whole thought.");
    expect(state.toolCalls).toHaveLength(1);
  });

  it("cancelled: keeps the text and says it was stopped", () => {
    const state = run(recorded("cancelled"));
    expect(state).toMatchObject({
      phase: "cancelled",
      finishReason: "cancelled",
      text: "Once upon a time, in a forest",
    });
  });

  it("error: keeps the text and carries the failure", () => {
    expect(run(recorded("error"))).toMatchObject({
      phase: "failed",
      text: "Let me look at that",
      error: { code: "rate_limited", retryable: true },
    });
    expect(run(recorded("no-model"))).toMatchObject({
      phase: "failed",
      text: "",
      error: { code: "no_model", retryable: false },
    });
  });

  it("retried: goes on after an error with the next number", () => {
    const events = recorded("retried");
    const failedAt = events.findIndex((event) => event.event === "error") + 1;
    expect(run(events.slice(0, failedAt)).phase).toBe("failed");
    expect(run(events.slice(0, failedAt + 1))).toMatchObject({ phase: "queued", error: null });
    expect(run(events)).toMatchObject({ phase: "done", text: "Whole.", error: null });
  });

  it("queued: shows the place in line until the run starts", () => {
    const events = recorded("queued");
    expect(run(events.slice(0, 2))).toMatchObject({ phase: "queued", position: 2 });
    expect(run(events.slice(0, 3))).toMatchObject({ phase: "queued", position: 1 });
    expect(run(events.slice(0, 4))).toMatchObject({ phase: "running", position: null });
  });

  it("tool: puts calls where they were made and ties outcomes to them", () => {
    const state = run(recorded("tool"));
    expect(state.toolCalls).toMatchObject([
      { tool: "getStockPrice", at: 22, outcome: { ok: true, durationMs: 412 } },
      { tool: "getFinancialNews", at: 22, outcome: { ok: false, error: "Timed out after 10 s" } },
    ]);
    expect(state.citations).toHaveLength(1);
    expect(state.memories).toEqual([
      { action: "recalled", items: [expect.objectContaining({ content: "Prefers prices in USD." })] },
    ]);
  });

  it("approval: waits at the call, then goes on", () => {
    const events = recorded("approval");
    const at = events.findIndex((event) => event.event === "approval_required") + 1;
    const waiting = run(events.slice(0, at));
    expect(waiting.phase).toBe("waiting_approval");
    expect(waiting.toolCalls[0]?.approval?.reason).toContain("outside Kuma");
    expect(run(events).toolCalls[0]?.outcome?.ok).toBe(true);
  });

  it("server/approval: asks once, is decided when the run goes on, and shows what was really sent", () => {
    const events = recorded("server/approval");
    const at = events.findIndex((event) => event.event === "approval_required") + 1;
    const asked = run(events.slice(0, at)).toolCalls;
    expect(asked.map(isAsking)).toEqual([true]);
    expect(asked[0]).toMatchObject({
      description: "Send “Hello” to ada@example.org",
      arguments: { body: "Hi Ada" },
      approval: { taint: [], decided: false },
    });
    const waits = run(events.slice(0, at + 1));
    expect(waits.status).toBe("WAITING_APPROVAL");
    expect(waits.toolCalls.map(isAsking)).toEqual([true]);
    expect(run(events.slice(0, at + 2)).toolCalls.map(isAsking)).toEqual([false]);
    expect(run(events).toolCalls[0]).toMatchObject({
      arguments: { body: "Dear Ada" },
      outcome: { ok: true, summary: "Sent to ada@example.org" },
    });
  });

  it("a question that its driver did not live to wait for is still open", () => {
    const events = recorded("server/approval");
    const at = events.findIndex((event) => event.event === "approval_required") + 1;
    const again: RunEvent = { id: at + 1, event: "status", data: { status: "PROCESSING" } };
    expect(run([...events.slice(0, at), again]).toolCalls.map(isAsking)).toEqual([true]);
  });

  it("server/approval-denied: is no success, and says who declined", () => {
    expect(run(recorded("server/approval-denied")).toolCalls[0]?.outcome).toMatchObject({
      ok: false,
      summary: "You declined this.",
    });
  });

  it("server/approval-tainted: carries where the text came from", () => {
    const events = recorded("server/approval-tainted");
    const [search, mail] = run(events).toolCalls;
    expect(search?.progress).toEqual(["Asking the search engine"]);
    expect(mail?.approval?.taint).toEqual(["bears.example"]);
  });

  it("server/delegation: the specialist's calls stand under the one that made it work", () => {
    const state = run(recorded("server/delegation"));
    const [delegate] = state.toolCalls;
    expect(state.toolCalls.map((call) => [call.tool, call.parentCallId])).toEqual([
      ["delegate", null],
      ["webSearch", delegate?.callId],
      ["sendEmail", delegate?.callId],
    ]);
    const nested = shownCalls([], state.toolCalls, false);
    expect(nested).toHaveLength(1);
    expect(nested[0]?.children.map((call) => call.tool)).toEqual(["webSearch", "sendEmail"]);
    // As the finished message keeps them.
    const stored = shownCalls(state.message?.toolCalls ?? [], undefined, false);
    expect(stored[0]?.children.map((call) => call.summary)).toEqual([
      "1 result from Exa",
      "Sent to ada@example.org",
    ]);
    expect(state.citations.map((citation) => citation.quote)).toEqual(["because food is scarce"]);
  });
});

describe("delivery", () => {
  it("gives the same state however often and in however many overlapping pieces events arrive", () => {
    for (const name of recordedRuns) {
      const events = recorded(name);
      const once = run(events);
      fc.assert(
        fc.property(fc.array(fc.nat(events.length), { maxLength: 8 }), (rewinds) => {
          let state = initialRun;
          for (const back of rewinds) {
            // Each connection starts somewhere not past what is known and breaks off somewhere.
            const from = Math.min(back, state.lastEventId);
            state = run(events.slice(from, from + back), state);
          }
          expect(run(events.slice(state.lastEventId), state)).toEqual(once);
        }),
        { numRuns: 100 },
      );
    }
  });

  it("returns the same object for an event it has seen", () => {
    const events = recorded("plain");
    const state = run(events);
    for (const event of events) expect(reduceRun(state, event)).toBe(state);
  });

  it("applies nothing past a gap and asks for what is missing", () => {
    const events = recorded("plain");
    const before = run(events.slice(0, 5));
    const gap = run(events.slice(6), before);
    expect(gap).toEqual({ ...before, gap: { expected: 6, received: 7 } });
    expect(run(events.slice(5), gap)).toEqual(run(events));
  });
});

describe("parseRunEvent", () => {
  it("refuses what the contract does not allow", () => {
    expect(() => parseRunEvent("", "chunk", "{}")).toThrow(MalformedRunEvent);
    expect(() => parseRunEvent("0", "chunk", '{"text":"a"}')).toThrow(MalformedRunEvent);
    expect(() => parseRunEvent("1", "chunk", "{}")).toThrow(/lacks “text”/);
    expect(() => parseRunEvent("1", "chunk", "not json")).toThrow(/not JSON/);
    expect(() => parseRunEvent("1", "chunk", "null")).toThrow(MalformedRunEvent);
  });

  it("counts an event of a newer server without acting on it", () => {
    const unknown = parseRunEvent("1", "sparkle", "{}");
    const state = reduceRun(initialRun, unknown);
    expect(state).toEqual({ ...initialRun, lastEventId: 1 });
  });
});
