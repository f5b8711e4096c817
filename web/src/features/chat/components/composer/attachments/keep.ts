/**
 * Images of drafts in this browser (IndexedDB), so that a reload loses none. An image on its way to the server is kept
 * too, under the key of its message, until the server has it. A browser that keeps nothing (private windows, full
 * disks) only loses that: the images are there as long as the page is.
 */
import { session } from "@/lib/session";
import { putAttachment } from "./changes";
import { attachmentsOf, type ImageDraft } from "./store";

interface Kept {
  id: string;
  /** `owner thread`. */
  place: string;
  name: string;
  file: Blob;
  width: number;
  height: number;
  alt: string;
  /** The idempotency key of the message it went with. */
  sentWith: string | null;
  /** In the order in which they were added. */
  at: number;
}

const DATABASE = "kuma-drafts";
const TABLE = "images";

/** Messages that this page itself is sending. */
const sendingHere = new Set<string>();

function place(threadId: string): string {
  return `${session.userId() ?? "nobody"} ${threadId}`;
}

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener("upgradeneeded", () => {
      request.result.createObjectStore(TABLE, { keyPath: "id" }).createIndex("place", "place");
    });
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB")));
    request.addEventListener("blocked", () => reject(new Error("IndexedDB is blocked")));
  });
  // Another try may go better.
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** Runs one transaction; gives what `work` asked for, null when the browser keeps nothing. */
async function table<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | null> {
  try {
    const database = await open();
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = work(transaction.objectStore(TABLE));
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("IndexedDB")));
    });
  } catch {
    return null;
  }
}

/** Keeps an image, or what changed about it. */
export async function keepImage(threadId: string, image: ImageDraft): Promise<void> {
  const known = await table<Kept | undefined>("readonly", (store) => store.get(image.id));
  const { id, name, file, width, height, alt } = image;
  const kept: Kept = {
    id,
    place: place(threadId),
    name,
    file,
    width,
    height,
    alt,
    sentWith: null,
    at: known?.at ?? Date.now(),
  };
  await table("readwrite", (store) => store.put(kept));
}

export async function dropKept(id: string): Promise<void> {
  await table("readwrite", (store) => store.delete(id));
}

/** What is attached to a thread goes by its id now. */
export async function keepAll(threadId: string): Promise<void> {
  for (const image of attachmentsOf(threadId)) if (image.kind === "image") await keepImage(threadId, image);
}

/** They are on their way with the message of this key. */
export async function holdSent(images: readonly ImageDraft[], key: string): Promise<void> {
  sendingHere.add(key);
  for (const image of images) {
    const kept = await table<Kept | undefined>("readonly", (store) => store.get(image.id));
    if (kept && sendingHere.has(key))
      await table("readwrite", (store) => store.put({ ...kept, sentWith: key }));
  }
}

/** The server has them, or they were taken back. */
export async function releaseSent(images: readonly ImageDraft[], key: string): Promise<void> {
  sendingHere.delete(key);
  for (const image of images) await dropKept(image.id);
}

/** Brings back what was kept for a thread; what is there already stays as it is. */
export async function restoreKept(threadId: string): Promise<void> {
  const all = await table<Kept[]>("readonly", (store) => store.index("place").getAll(place(threadId)));
  const lost = (all ?? []).filter((kept) => kept.sentWith === null || !sendingHere.has(kept.sentWith));
  for (const { id, name, file, width, height, alt } of lost.sort((a, b) => a.at - b.at)) {
    if (attachmentsOf(threadId).some((one) => one.id === id)) continue;
    const preview = URL.createObjectURL(file);
    putAttachment(threadId, { kind: "image", id, name, file, preview, width, height, alt });
  }
}
