import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { renderPage } from "@/test/render";
import { AttachmentArea } from "./AttachmentArea";
import { forgetAttachments, moveAttachments, putAttachment, removeAttachment } from "./changes";
import { takeAttachments } from "./outgoing";
import { attachmentsOf, type DocumentDraft, hasOutgoing, type ImageDraft, isHeldUp } from "./store";
import { takeFiles } from "./take";

const image = (id: string): ImageDraft => ({
  kind: "image",
  id,
  name: `${id}.png`,
  file: new Blob(["x"], { type: "image/png" }),
  preview: `blob:${id}`,
  width: 4,
  height: 3,
  alt: "",
});

const document = (fields: Partial<DocumentDraft> = {}): DocumentDraft => ({
  kind: "document",
  id: "d",
  name: "plan.pdf",
  documentId: "1",
  pageCount: 3,
  size: 10,
  progress: null,
  problem: null,
  ...fields,
});

beforeEach(() => {
  session.signIn(fixtures.token());
  vi.stubGlobal("createImageBitmap", async (file: File) => {
    if ((await file.text()) === "broken") throw new DOMException("no image", "InvalidStateError");
    return { width: 40, height: 30, close: () => undefined };
  });
  URL.createObjectURL = () => `blob:${crypto.randomUUID()}`;
  URL.revokeObjectURL = () => undefined;
});
afterEach(() => {
  forgetAttachments();
  vi.unstubAllGlobals();
});

describe("what is attached", () => {
  it("goes with the message once, in its order", () => {
    putAttachment("a", image("one"));
    putAttachment("a", document());
    putAttachment("a", image("two"));
    putAttachment("a", { ...image("one"), alt: "A bear" });
    expect(hasOutgoing(attachmentsOf("a"))).toBe(true);
    const taken = takeAttachments("a");
    expect(taken.shown.imageAttachments.map((one) => one.alt)).toEqual(["A bear", undefined]);
    expect(taken.shown.documentAttachments.map((one) => one.documentId)).toEqual(["1"]);
    const form = taken.body({ message: "Look" }) as FormData;
    expect([form.getAll("alts"), form.getAll("documentIds"), form.get("message")]).toEqual([
      ["A bear", ""],
      ["1"],
      "Look",
    ]);
    expect(attachmentsOf("a")).toEqual([]);
    taken.restore();
    expect(attachmentsOf("a")).toHaveLength(3);
    removeAttachment("a", "d");
    moveAttachments("a", "b");
    expect([attachmentsOf("a").length, attachmentsOf("b").length]).toEqual([0, 2]);
  });

  it("holds the message up while something is uploaded or cannot be sent", () => {
    expect(isHeldUp([image("a"), document()])).toBe(false);
    expect(isHeldUp([document({ documentId: null, progress: 0.2 })])).toBe(true);
    expect(isHeldUp([document({ problem: "It is encrypted." })])).toBe(true);
    const refused = { kind: "refused", id: "r", name: "x", problem: "No." } as const;
    expect([isHeldUp([refused]), hasOutgoing([refused])]).toEqual([false, false]);
  });
});

describe("files", () => {
  const file = (name: string, type: string, content: BlobPart = "x") => new File([content], name, { type });
  const kinds = () => attachmentsOf("t").map((one) => (one.kind === "refused" ? one.problem : one.name));

  it("are attached when they are images that can be sent, and refused with a reason otherwise", async () => {
    const huge = file("huge.png", "image/png");
    Object.defineProperty(huge, "size", { value: 21 * 1024 * 1024 });
    await takeFiles("t", [
      file("", "image/png"),
      file("b.webp", "image/webp"),
      file("c.heic", "image/heic"),
      file("d.png", "image/png", "broken"),
      huge,
    ]);
    expect(kinds()).toEqual([
      "Pasted image",
      "b.webp",
      expect.stringContaining("Save it as PNG"),
      expect.stringContaining("damaged"),
      expect.stringContaining("20 MB"),
    ]);
    expect(attachmentsOf("t")[0]).toMatchObject({ kind: "image", width: 40, height: 30 });
  });

  it("are ten at most", async () => {
    await takeFiles(
      "t",
      Array.from({ length: 11 }, (_, n) => file(`${n}.png`, "image/png")),
    );
    expect(kinds().at(-1)).toContain("at most 10");
  });
});

describe("the area", () => {
  it("shows images with a description to give, and says why a file was refused", async () => {
    putAttachment("t", image("bear"));
    putAttachment("t", { kind: "refused", id: "r", name: "x.zip", problem: "It is no image." });
    putAttachment("t", document({ documentId: null, progress: 0.4 }));
    const { user } = renderPage(<AttachmentArea threadId="t" />);
    expect(screen.getByRole("img", { name: "bear.png" })).toBeInTheDocument();
    expect(screen.getByRole("alert")).toHaveTextContent("x.zip: It is no image.");
    expect(screen.getByRole("progressbar", { name: "Sending plan.pdf" })).toHaveAttribute(
      "aria-valuenow",
      "40",
    );
    await user.click(screen.getByRole("button", { name: "Alt text: describe bear.png" }));
    await user.type(await screen.findByRole("textbox"), "A brown bear{Enter}");
    await waitFor(() => expect(screen.getByRole("img", { name: "A brown bear" })).toBeInTheDocument());
    expect(attachmentsOf("t")[0]).toMatchObject({ alt: "A brown bear" });
    await user.click(screen.getByRole("button", { name: "Remove bear.png" }));
    await user.click(screen.getByRole("button", { name: "Dismiss the note on x.zip" }));
    expect(attachmentsOf("t").map((one) => one.kind)).toEqual(["document"]);
  });
});
