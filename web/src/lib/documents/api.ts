/** The calls about documents. What more than one feature shows of them is server data, held by TanStack Query (queries.ts). */
import { sessionFetch } from "../api/client";
import { errorFromResponse } from "../api/errors";
import type {
  DocumentAnswer,
  DocumentRecord,
  DocumentText,
  DocumentUsage,
  FoundPassage,
  Page,
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

export function documentUsage(signal?: AbortSignal): Promise<DocumentUsage> {
  return read("/api/documents/usage", { signal });
}

/** What was read out of a document, a few pages at a time. */
export function documentText(id: string, cursor: string | null, signal?: AbortSignal): Promise<DocumentText> {
  const search = new URLSearchParams({ limit: "20" });
  if (cursor) search.set("cursor", cursor);
  return read(`${at(id)}/text?${search}`, { signal });
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

export async function searchDocuments(
  query: string,
  options: { documentIds?: string[]; limit?: number } = {},
  signal?: AbortSignal,
): Promise<FoundPassage[]> {
  const body = { query, ...options };
  return (await read<{ items: FoundPassage[] }>("/api/documents/search", { method: "POST", body, signal }))
    .items;
}
