import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { composeMessage, forgetSending, holdUnsent, loadDraft, releaseUnsent, saveDraft } from "./drafts";

beforeEach(() => session.signIn(fixtures.token()));
afterEach(() => forgetSending());

describe("drafts", () => {
  it("are kept per chat and per person", () => {
    saveDraft("new", { text: "for later", pasted: [{ name: "Pasted text", text: "long" }] });
    saveDraft("c1", { text: "other", pasted: [] });
    expect(loadDraft("new")).toEqual({ text: "for later", pasted: [{ name: "Pasted text", text: "long" }] });
    expect(loadDraft("c1").text).toBe("other");
    session.signIn(fixtures.token({ userId: "someone-else" }));
    expect(loadDraft("c1").text).toBe("");
    session.signIn(fixtures.token());
    expect(loadDraft("c1").text).toBe("other");
  });

  it("give back a message that never reached the server, after a reload", () => {
    holdUnsent("k1", "c1", "on its way");
    expect(loadDraft("c1").text).toBe("");
    forgetSending();
    saveDraft("c1", { text: "typed since", pasted: [] });
    expect(loadDraft("c1").text).toBe("on its way\n\ntyped since");
    expect(loadDraft("c1").text).toBe("on its way\n\ntyped since");
  });

  it("do not bring back what was delivered", () => {
    holdUnsent("k1", "c1", "delivered");
    releaseUnsent("k1");
    forgetSending();
    expect(loadDraft("c1").text).toBe("");
  });

  it("say when the browser has no room, and start empty on what they cannot read", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(saveDraft("c1", { text: "x", pasted: [] })).toBe(false);
    vi.restoreAllMocks();
    localStorage.setItem(`kuma.draft.${fixtures.user().id}.c1`, "{not json");
    expect(loadDraft("c1")).toEqual({ text: "", pasted: [] });
  });
});

describe("composeMessage", () => {
  it("fences pasted text so that it cannot break out", () => {
    expect(composeMessage({ text: " look ", pasted: [] })).toBe("look");
    expect(composeMessage({ text: "", pasted: [{ name: "Log", text: "a" }] })).toBe("Log:\n\n```\na\n```");
    expect(composeMessage({ text: "see", pasted: [{ name: "Log", text: "```\nx\n```" }] })).toBe(
      "see\n\nLog:\n\n````\n```\nx\n```\n````",
    );
  });
});
