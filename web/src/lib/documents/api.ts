/** The calls about documents. What more than one feature shows of them is server data, held by TanStack Query (queries.ts). */
import { sessionFetch } from "../api/client";
import { errorFromResponse } from "../api/errors";
import type {
  DocumentAnswer,
  DocumentRecord,
  DocumentStorage,
  FoundPassages,
  Page,
  QuoteLocation,
} from "./types";

interface CallOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  keepalive?: boolean;
}

async function call(path: string, options: CallOptions = {}): Promise<Response> {
  const { method = "GET", body, headers = {}, signal, keepalive } = options;
  const response = await sessionFetch(new URL(path, location.origin), {
    method,
    signal: signal ?? null,
    headers: body ? { ...headers, "Content-Type": "application/json" } : headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(keepalive ? { keepalive } : {}),
  });
  if (!response.ok) throw await errorFromResponse(response);
  return response;
}

async function read<T>(path: string, options?: CallOptions): Promise<T> {
  return (await (await call(path, options)).json()) as T;
}

const at = (id: string) => `/api/documents/${encodeURIComponent(id)}`;

export interface DocumentListQuery {
  /** Part of the name. */
  q?: string;
  cursor?: string | null;
  limit?: number;
}

/** Newest first. */
export function listDocuments(query: DocumentListQuery, signal?: AbortSignal): Promise<Page<DocumentRecord>> {
  const search = new URLSearchParams({ limit: String(query.limit ?? 50) });
  if (query.q) search.set("q", query.q);
  if (query.cursor) search.set("cursor", query.cursor);
  return read(`/api/documents?${search}`, { signal });
}

export async function getDocument(id: string, signal?: AbortSignal): Promise<DocumentRecord> {
  return (await read<{ document: DocumentRecord }>(at(id), { signal })).document;
}

export async function renameDocument(id: string, displayName: string): Promise<DocumentRecord> {
  const body = { displayName };
  return (await read<{ document: DocumentRecord }>(at(id), { method: "PATCH", body })).document;
}

/** `keepalive` lets the request outlive the page. */
export async function deleteDocument(id: string, keepalive = false): Promise<void> {
  await call(at(id), { method: "DELETE", keepalive });
}

/** Has a document that failed read once more. */
export async function retryDocument(id: string): Promise<DocumentRecord> {
  return (await read<{ document: DocumentRecord }>(`${at(id)}/retry`, { method: "POST" })).document;
}

export function documentStorage(signal?: AbortSignal): Promise<DocumentStorage> {
  return read("/api/documents/storage", { signal });
}

/** All that was read out of a document; tables are Markdown. */
export async function documentText(id: string, signal?: AbortSignal): Promise<string> {
  return (await call(`${at(id)}/text`, { signal })).text();
}

/** Where a quote stands, as the server read the document. 404 when it is not in there. */
export function locateQuote(
  id: string,
  quote: string,
  page: number | null,
  signal?: AbortSignal,
): Promise<QuoteLocation> {
  const body = { quote, ...(page === null ? {} : { page }) };
  return read(`${at(id)}/locate`, { method: "POST", body, signal });
}

/** Bytes `begin` to `end` (not included) of the stored file, or all of them. */
export async function documentFile(
  id: string,
  range?: { begin: number; end: number },
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = range ? { Range: `bytes=${range.begin}-${range.end - 1}` } : {};
  return call(`${at(id)}/file`, { headers, signal });
}

export function askDocument(id: string, question: string, signal?: AbortSignal): Promise<DocumentAnswer> {
  return read(`${at(id)}/query`, { method: "POST", body: { question }, signal });
}

export function searchDocuments(
  query: string,
  options: { documentIds?: string[]; limit?: number } = {},
  signal?: AbortSignal,
): Promise<FoundPassages> {
  return read("/api/documents/search", { method: "POST", body: { query, ...options }, signal });
}
