/** The door to everything about attachments that is not part of the first load. */
import { lazy } from "react";
import { loadWords } from "@/lib/i18n";
import type { Outgoing } from "./store";

type Area = typeof import("./AttachmentArea");

let loaded: Area | null = null;

async function load(): Promise<Area> {
  const [area] = await Promise.all([import("./AttachmentArea"), loadWords("attachments", "documents")]);
  loaded = area;
  return area;
}

/** What is attached, above the text; also takes files that are dropped on the page. */
export const AttachmentArea = lazy(async () => ({ default: (await load()).AttachmentArea }));

/** Long texts that were pasted. */
export const PastedTexts = lazy(async () => ({ default: (await load()).PastedTexts }));

/** Attaches files; what cannot be attached is said in the area. */
export async function addFiles(threadId: string, files: readonly File[]): Promise<void> {
  await (await load()).takeFiles(threadId, files);
}

/** Lets the person pick files. */
export async function pickFiles(threadId: string): Promise<void> {
  (await load()).pickFiles(threadId);
}

/** Takes what is attached for a message that is being sent now; null when there is nothing. */
export function takeAttachments(threadId: string): Outgoing | null {
  // Whatever put something there was loaded.
  return loaded?.takeAttachments(threadId) ?? null;
}
