import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, it } from "vitest";
import { testDocument } from "@/lib/documents/fixtures.test-data";
import type { DocumentRecord } from "@/lib/documents/types";
import { abandonUploads } from "@/lib/documents/uploads";
import { stopWatching } from "@/lib/documents/watch";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { AttachmentArea } from "./AttachmentArea";
import { forgetAttachments } from "./changes";
import { forgetRestored } from "./documents";
import { takeAttachments } from "./outgoing";
import { attachmentsOf, isHeldUp, useLibrary } from "./store";
import { takeFiles } from "./take";

const THREAD = "0199cccc-0000-7000-8000-000000000001";
const pdf = () => new File(["%PDF"], "plan.pdf", { type: "application/pdf" });

function serve(...documents: DocumentRecord[]) {
  server.use(
    http.get("*/api/documents", ({ request }) => {
      const q = new URL(request.url).searchParams.get("q")?.toLowerCase() ?? "";
      const items = documents.filter((document) => document.displayName.toLowerCase().includes(q));
      return HttpResponse.json({ items, nextCursor: null });
    }),
    http.get("*/api/documents/:id", ({ params }) => {
      const document = documents.find((one) => one.id === params["id"]);
      return document
        ? HttpResponse.json({ document })
        : problem(404, { code: "not_found", title: "Not found" });
    }),
  );
}

const open = (path = "/chat") => renderPage(<AttachmentArea threadId={THREAD} />, { path });

beforeEach(() => {
  abandonUploads();
  stopWatching();
});
afterEach(() => {
  forgetAttachments();
  forgetRestored();
  useLibrary.setState({ open: false });
});

it("uploads a file that is no image, and sends it by its id", async () => {
  const record = testDocument({ filename: "plan.pdf", displayName: "plan" });
  serve(record);
  let accept: (response: Response) => void = () => undefined;
  server.use(
    http.post(
      "*/api/documents",
      () =>
        new Promise<Response>((resolve) => {
          accept = resolve;
        }),
    ),
  );
  open();
  await takeFiles(THREAD, [pdf()]);
  const chip = await screen.findByRole("listitem");
  expect(within(chip).getByRole("progressbar", { name: "Sending plan.pdf" })).toBeVisible();
  expect(isHeldUp(attachmentsOf(THREAD))).toBe(true);
  accept(HttpResponse.json({ document: record }, { status: 202 }));
  expect(await within(chip).findByText("12 pages")).toBeVisible();
  expect(isHeldUp(attachmentsOf(THREAD))).toBe(false);
  await expectAccessible();
  const out = takeAttachments(THREAD);
  expect(out.body({ message: "What is the plan?" })).toEqual({
    message: "What is the plan?",
    documentIds: [record.id],
  });
  expect(out.shown.documentAttachments).toEqual([
    { documentId: record.id, displayName: "plan", pageCount: 12 },
  ]);
  expect(localStorage.getItem(`kuma.attached.0199aaaa-0000-7000-8000-000000000001.${THREAD}`)).toBeNull();
});

it("says what the server will not take, without holding up the message", async () => {
  serve();
  server.use(
    http.post("*/api/documents", () =>
      problem(415, { code: "unsupported", title: "Not readable", detail: "Kuma cannot read programs." }),
    ),
  );
  open();
  await takeFiles(THREAD, [new File(["MZ"], "setup.exe")]);
  expect(await screen.findByText(/Kuma cannot read programs/)).toBeVisible();
  expect(isHeldUp(attachmentsOf(THREAD))).toBe(false);
  expect(takeAttachments(THREAD).shown.documentAttachments).toEqual([]);
});

it("holds the message while a document is attached that could not be read", async () => {
  const broken = testDocument({
    status: "failed",
    error: { code: "encrypted", detail: "It is locked with a password.", retryable: false },
  });
  serve(broken);
  const { user } = open(`/chat?attach=${broken.id}`);
  expect(await screen.findByText("It is locked with a password.")).toBeVisible();
  await waitFor(() => expect(isHeldUp(attachmentsOf(THREAD))).toBe(true));
  await user.click(screen.getByRole("button", { name: "Remove Bears in winter" }));
  expect(attachmentsOf(THREAD)).toEqual([]);
});

it("takes the document that the address names, once, and keeps it with the draft", async () => {
  const record = testDocument();
  serve(record);
  const { router, unmount } = open(`/chat?attach=${record.id}`);
  expect(await screen.findByText("Bears in winter")).toBeVisible();
  expect(router.state.location.search).toBe("");
  unmount();
  forgetAttachments();
  forgetRestored();
  // As after a reload.
  open();
  expect(await screen.findByText("Bears in winter")).toBeVisible();
  expect(attachmentsOf(THREAD)).toHaveLength(1);
});

it("says when the named document is not there", async () => {
  serve();
  open(`/chat?attach=${testDocument().id}`);
  expect(await screen.findByText("The document could not be attached")).toBeVisible();
  expect(attachmentsOf(THREAD)).toEqual([]);
});

it("picks several from the library, found by name", async () => {
  const second = testDocument({ id: "0199dddd-0000-7000-8000-000000000002", displayName: "Honey yields" });
  const locked = testDocument({
    id: "0199dddd-0000-7000-8000-000000000003",
    displayName: "Locked",
    status: "failed",
  });
  serve(testDocument(), second, locked);
  const { user } = open();
  useLibrary.setState({ open: true });
  const dialog = await screen.findByRole("dialog", { name: "Attach from your documents" });
  expect(await within(dialog).findByRole("checkbox", { name: /Locked/ })).toBeDisabled();
  await user.click(within(dialog).getByRole("checkbox", { name: /Bears in winter/ }));
  await user.type(within(dialog).getByRole("searchbox"), "honey");
  await waitFor(() => expect(within(dialog).queryByRole("checkbox", { name: /Bears/ })).toBeNull());
  await user.click(within(dialog).getByRole("checkbox", { name: /Honey yields/ }));
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Attach 2 documents" }));
  await waitFor(() =>
    expect(attachmentsOf(THREAD).map((one) => one.name)).toEqual(["Bears in winter", "Honey yields"]),
  );
});
