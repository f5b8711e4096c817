/**
 * Files on their way to the server: several at once, a few at a time, each with its progress, to be stopped or tried
 * again. They go on while the person looks at other pages. Files live as long as the page; what arrived is server data.
 */
import { create } from "zustand";
import { isAbort, toApiError } from "../api/errors";
import { session, useSession } from "../session";
import { announceDocument } from "./events";
import type { DocumentRecord } from "./types";
import { uploadFile } from "./upload";

/** With the two that watch processing and a chat's stream, this stays below a browser's six connections. */
const AT_ONCE = 2;

export interface UploadFailure {
  code: string;
  title: string;
  detail: string;
}

export interface Upload {
  id: string;
  name: string;
  mimeType: string;
  /** Bytes. */
  size: number;
  state: "waiting" | "sending" | "failed";
  /** Bytes that have left this machine. */
  sent: number;
  failure: UploadFailure | null;
  /** Where it was started: `library`, or a chat's key. */
  place: string;
}

interface Uploads {
  /** Oldest first. An upload goes when the server has the file: from then on it is a document. */
  uploads: readonly Upload[];
}

export const useUploads = create<Uploads>(() => ({ uploads: [] }));

interface Job {
  file: File;
  options: StartOptions;
  controller: AbortController;
}

const jobs = new Map<string, Job>();

export interface StartOptions {
  place: string;
  chatId?: string | null;
  /** Larger files are refused here and now, with this sentence: sending them would be in vain. */
  limit?: { bytes: number; failure: (file: File) => UploadFailure };
  /** Told of each document as the server gives it. */
  onAccepted?: (document: DocumentRecord) => void;
}

/** Queues files and begins sending. Gives the ids of the uploads, in the order of the files. */
export function startUploads(files: readonly File[], options: StartOptions): string[] {
  const added = files.map((file): Upload => {
    const id = crypto.randomUUID();
    const { limit } = options;
    const failure = limit && file.size > limit.bytes ? limit.failure(file) : null;
    if (failure === null) jobs.set(id, { file, options, controller: new AbortController() });
    return {
      id,
      name: file.name,
      mimeType: file.type,
      size: file.size,
      state: failure === null ? "waiting" : "failed",
      sent: 0,
      failure,
      place: options.place,
    };
  });
  useUploads.setState(({ uploads }) => ({ uploads: [...uploads, ...added] }));
  sendNext();
  return added.map((upload) => upload.id);
}

/** Stops an upload and forgets it. What the server already has stays there. */
export function removeUpload(id: string): void {
  const job = jobs.get(id);
  jobs.delete(id);
  useUploads.setState(({ uploads }) => ({ uploads: uploads.filter((upload) => upload.id !== id) }));
  job?.controller.abort();
}

/** Whether a failed upload can be tried again; one that was refused here cannot. */
export function canRetryUpload(id: string): boolean {
  return jobs.has(id);
}

/** Sends a file again whose upload failed. */
export function retryUpload(id: string): void {
  const job = jobs.get(id);
  if (!job) return;
  jobs.set(id, { ...job, controller: new AbortController() });
  change(id, { state: "waiting", sent: 0, failure: null });
  sendNext();
}

function sendNext(): void {
  const { uploads } = useUploads.getState();
  let running = uploads.filter((upload) => upload.state === "sending").length;
  for (const upload of uploads) {
    if (running >= AT_ONCE) return;
    const job = jobs.get(upload.id);
    if (upload.state !== "waiting" || !job) continue;
    running += 1;
    change(upload.id, { state: "sending" });
    void send(upload.id, job);
  }
}

async function send(id: string, job: Job): Promise<void> {
  try {
    const document = await uploadFile(job.file, {
      chatId: job.options.chatId ?? null,
      signal: job.controller.signal,
      onProgress: (sent) => change(id, { sent }),
    });
    removeUpload(id);
    announceDocument({ type: "added", document });
    job.options.onAccepted?.(document);
  } catch (error) {
    if (!isAbort(error) && !job.controller.signal.aborted) {
      const { code, title, detail } = toApiError(error);
      change(id, { state: "failed", failure: { code, title, detail } });
    }
  } finally {
    sendNext();
  }
}

function change(id: string, fields: Partial<Upload>): void {
  useUploads.setState(({ uploads }) => ({
    uploads: uploads.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload)),
  }));
}

/** Stops and forgets everything: another person signs in. */
export function abandonUploads(): void {
  for (const job of jobs.values()) job.controller.abort();
  jobs.clear();
  useUploads.setState({ uploads: [] });
}

let userId = session.userId();
useSession.subscribe((state) => {
  const now = state.claims?.userId ?? null;
  if (now === userId) return;
  userId = now;
  abandonUploads();
});

/** A page that is left takes its uploads with it: the browser asks first. */
window.addEventListener("beforeunload", (event) => {
  const { uploads } = useUploads.getState();
  if (uploads.some((upload) => upload.state === "waiting" || upload.state === "sending"))
    event.preventDefault();
});
