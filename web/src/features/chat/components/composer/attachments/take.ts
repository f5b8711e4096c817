/**
 * Files that were pasted, dropped or picked find their way here: the first taker that wants a file gets it. Others
 * register theirs with `addTaker` when they are loaded.
 */
import i18next from "i18next";
import { refuseFile } from "./changes";
import { imageTaker } from "./images";

export interface FileTaker {
  /** Told apart by the stated type and the name; what a file really is shows when it is read. */
  wants: (file: File) => boolean;
  /** Adds to the thread's attachments: the file, or a refusal. */
  take: (threadId: string, file: File) => Promise<void>;
}

const takers: FileTaker[] = [imageTaker];

/** What the file dialog offers first. */
const accepted = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Asked after those that are there. `types`: what of it the file dialog offers, as of an input's `accept`. */
export function addTaker(taker: FileTaker, types: readonly string[] = []): void {
  if (takers.includes(taker)) return;
  takers.push(taker);
  accepted.push(...types);
}

/** One after the other, so that they stand in the order in which they were given. */
export async function takeFiles(threadId: string, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const taker = takers.find((one) => one.wants(file));
    if (taker) await taker.take(threadId, file);
    else refuseFile(threadId, file.name, i18next.t("attachments:notAnImage"));
  }
}

/** Lets the person pick files. */
export function pickFiles(threadId: string): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = accepted.join(",");
  input.addEventListener("change", () => void takeFiles(threadId, [...(input.files ?? [])]));
  input.click();
}
