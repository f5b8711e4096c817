/**
 * One file on its way to the server. By XMLHttpRequest, because `fetch` does not tell how much of a body has been sent.
 * Carries the session as `sessionFetch` does: a 401 waits for the person to sign in again and then sends anew.
 */
import { errorFromResponse, networkError } from "../api/errors";
import { session } from "../session";
import type { DocumentRecord } from "./types";

export interface UploadOptions {
  /** The chat in which it is uploaded. */
  chatId?: string | null;
  /** Told how many bytes of `total` have left this machine. */
  onProgress: (sent: number, total: number) => void;
  signal: AbortSignal;
}

/** Throws `ApiError`, or the signal's reason when it was aborted. */
export async function uploadFile(file: File, options: UploadOptions): Promise<DocumentRecord> {
  const token = session.token();
  const first = await send(file, token, options);
  if (first.status !== 401 || token === null) return read(first);
  await session.reauthenticate(token);
  options.signal.throwIfAborted();
  return read(await send(file, session.token(), options));
}

async function read(response: Response): Promise<DocumentRecord> {
  if (!response.ok) throw await errorFromResponse(response);
  const body = (await response.json().catch(() => null)) as { document?: DocumentRecord } | null;
  if (body?.document === undefined) throw await errorFromResponse(response);
  return body.document;
}

function send(file: File, token: string | null, options: UploadOptions): Promise<Response> {
  const { onProgress, signal, chatId } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const request = new XMLHttpRequest();
    const onAbort = () => {
      request.abort();
      reject(signal.reason as Error);
    };
    const settle = (done: () => void) => {
      signal.removeEventListener("abort", onAbort);
      done();
    };
    request.open("POST", new URL("/api/documents", location.origin));
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      // The form around the file counts too: what is shown is the file's share.
      const share = event.total === 0 ? 0 : event.loaded / event.total;
      onProgress(Math.round(share * file.size), file.size);
    });
    request.addEventListener("load", () => settle(() => resolve(asResponse(request))));
    request.addEventListener("error", () =>
      settle(() => reject(networkError(new Error("the upload was cut off")))),
    );
    signal.addEventListener("abort", onAbort, { once: true });
    const form = new FormData();
    // The server reads fields in the order they come: what it must know of the file precedes the file.
    if (chatId) form.set("chatId", chatId);
    form.set("file", file, file.name);
    request.send(form);
  });
}

function asResponse(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const hasBody = request.status !== 204 && request.status !== 304;
  return new Response(hasBody ? request.responseText : null, { status: request.status, headers });
}
