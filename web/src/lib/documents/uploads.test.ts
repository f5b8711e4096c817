import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { server } from "@/test/server";
import { onDocumentEvent } from "./events";
import { testDocument } from "./fixtures.test-data";
import {
  abandonUploads,
  canRetryUpload,
  removeUpload,
  retryUpload,
  startUploads,
  useUploads,
} from "./uploads";

const file = (name: string, size = 10) => new File(["x".repeat(size)], name, { type: "text/plain" });
const states = () => useUploads.getState().uploads.map((upload) => `${upload.name} ${upload.state}`);

beforeEach(() => {
  session.signIn(fixtures.token());
  abandonUploads();
});

/** Holds every upload until it is answered, by its number in the order of arrival. The form's file name is lost in jsdom. */
function gatedServer() {
  const gates: ((response: Response) => void)[] = [];
  server.use(
    http.post(
      "*/api/documents",
      () =>
        new Promise<Response>((resolve) => {
          gates.push(resolve);
        }),
    ),
  );
  return {
    arrived: () => gates.length,
    accept: (number: number) =>
      gates[number]?.(
        HttpResponse.json({ document: testDocument({ id: `document ${number}` }) }, { status: 202 }),
      ),
    refuse: (number: number, response: Response) => gates[number]?.(response),
  };
}

it("sends two at a time, in order, and each becomes a document", async () => {
  const gate = gatedServer();
  const accepted: string[] = [];
  const added: string[] = [];
  const stop = onDocumentEvent((event) => event.type === "added" && added.push(event.document.id));
  startUploads([file("a.txt"), file("b.txt"), file("c.txt")], {
    place: "library",
    onAccepted: (document) => accepted.push(document.id),
  });
  expect(states()).toEqual(["a.txt sending", "b.txt sending", "c.txt waiting"]);
  await vi.waitFor(() => expect(gate.arrived()).toBe(2));
  gate.accept(1);
  await vi.waitFor(() => expect(gate.arrived()).toBe(3));
  expect(states()).toEqual(["a.txt sending", "c.txt sending"]);
  gate.accept(0);
  gate.accept(2);
  await vi.waitFor(() => expect(states()).toEqual([]));
  expect(accepted.sort()).toEqual(["document 0", "document 1", "document 2"]);
  expect(added).toHaveLength(3);
  stop();
});

it("keeps a refused one with its reason, and sends it again when asked", async () => {
  const gate = gatedServer();
  const [id = ""] = startUploads([file("a.exe")], { place: "library" });
  await vi.waitFor(() => expect(gate.arrived()).toBe(1));
  gate.refuse(
    0,
    problem(415, { code: "unsupported", title: "Kuma cannot read this", detail: "Send a PDF." }),
  );
  await vi.waitFor(() => expect(states()).toEqual(["a.exe failed"]));
  expect(useUploads.getState().uploads[0]?.failure).toEqual({
    code: "unsupported",
    title: "Kuma cannot read this",
    detail: "Send a PDF.",
  });
  expect(canRetryUpload(id)).toBe(true);
  retryUpload(id);
  await vi.waitFor(() => expect(gate.arrived()).toBe(2));
  gate.accept(1);
  await vi.waitFor(() => expect(states()).toEqual([]));
});

it("does not send what is too large", () => {
  const limit = { bytes: 5, failure: () => ({ code: "too_large", title: "Too large", detail: "6 of 5." }) };
  const [id = ""] = startUploads([file("a.txt", 6)], { place: "library", limit });
  expect(states()).toEqual(["a.txt failed"]);
  expect(canRetryUpload(id)).toBe(false);
});

it("stops one that is on its way and goes on with the next", async () => {
  const gate = gatedServer();
  const [first = ""] = startUploads([file("a.txt"), file("b.txt"), file("c.txt")], { place: "library" });
  await vi.waitFor(() => expect(gate.arrived()).toBe(2));
  removeUpload(first);
  await vi.waitFor(() => expect(gate.arrived()).toBe(3));
  expect(states()).toEqual(["b.txt sending", "c.txt sending"]);
});

it("waits for a new sign-in when the session is over, then sends again", async () => {
  const old = fixtures.token();
  const fresh = fixtures.token({ exp: 4_100_000_000 });
  const tokens: (string | null)[] = [];
  session.signIn(old);
  server.use(
    http.post("*/api/documents", ({ request }) => {
      tokens.push(request.headers.get("authorization"));
      return tokens.length === 1
        ? problem(401, { code: "unauthorized", title: "Sign in" })
        : HttpResponse.json({ document: testDocument() }, { status: 202 });
    }),
  );
  startUploads([file("a.txt")], { place: "library" });
  await vi.waitFor(() => expect(tokens).toHaveLength(1));
  session.signIn(fresh);
  await vi.waitFor(() => expect(states()).toEqual([]));
  expect(tokens).toEqual([`Bearer ${old}`, `Bearer ${fresh}`]);
});

it("forgets everything when another person signs in", async () => {
  const gate = gatedServer();
  startUploads([file("a.txt")], { place: "library" });
  await vi.waitFor(() => expect(gate.arrived()).toBe(1));
  session.signIn(fixtures.token({ userId: "0199aaaa-0000-7000-8000-000000000009" }));
  expect(states()).toEqual([]);
});
