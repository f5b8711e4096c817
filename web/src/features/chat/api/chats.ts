/**
 * The calls of the chat feature. Lists of chats, agents and models are server data and are held by TanStack Query;
 * messages go to the thread store, because a run writes into them.
 */
import { sessionFetch } from "@/lib/api";
import { errorFromResponse } from "@/lib/api/errors";
import type { Agent, Chat, Message, Models, Page } from "./types";

interface CallOptions {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: Record<string, unknown>;
  signal?: AbortSignal | undefined;
  keepalive?: boolean;
}

async function call(
  path: string,
  { method = "GET", body, signal, keepalive }: CallOptions = {},
): Promise<Response> {
  const response = await sessionFetch(new URL(path, location.origin), {
    method,
    signal: signal ?? null,
    ...(body ? { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } } : {}),
    ...(keepalive ? { keepalive } : {}),
  });
  if (!response.ok) throw await errorFromResponse(response);
  return response;
}

async function read<T>(path: string, options?: CallOptions): Promise<T> {
  return (await (await call(path, options)).json()) as T;
}

export interface ChatListQuery {
  q?: string;
  archived?: boolean;
  pinned?: boolean;
  cursor?: string | null;
  limit?: number;
}

export function listChats(query: ChatListQuery, signal?: AbortSignal): Promise<Page<Chat>> {
  const search = new URLSearchParams();
  if (query.q) search.set("q", query.q);
  if (query.archived !== undefined) search.set("archived", String(query.archived));
  if (query.pinned !== undefined) search.set("pinned", String(query.pinned));
  if (query.cursor) search.set("cursor", query.cursor);
  search.set("limit", String(query.limit ?? 50));
  return read(`/api/chat?${search}`, { signal });
}

export async function getChat(chatId: string, signal?: AbortSignal): Promise<Chat> {
  return (await read<{ chat: Chat }>(`/api/chat/${chatId}`, { signal })).chat;
}

export interface ChatChanges {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
  activeMessageId?: string;
}

export async function patchChat(chatId: string, changes: ChatChanges): Promise<Chat> {
  return (await read<{ chat: Chat }>(`/api/chat/${chatId}`, { method: "PATCH", body: { ...changes } })).chat;
}

/** `keepalive` lets the request outlive the page: a deletion whose undo window the page did not survive. */
export async function deleteChat(chatId: string, keepalive = false): Promise<void> {
  await call(`/api/chat/${chatId}`, { method: "DELETE", keepalive });
}

export function listMessages(
  chatId: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<Message>> {
  const search = new URLSearchParams({ limit: "50" });
  if (cursor) search.set("cursor", cursor);
  return read(`/api/chat/${chatId}/messages?${search}`, { signal });
}

/** Asks the run to stop; its text so far is kept. */
export async function cancelJob(jobId: string): Promise<void> {
  await call(`/api/chat/jobs/${jobId}/cancel`, { method: "POST" });
}

/** Decides about a call that waits. 409 when it was decided before or the run is over. */
export async function decideCall(
  jobId: string,
  callId: string,
  body: Record<string, unknown>,
): Promise<void> {
  await call(`/api/chat/jobs/${jobId}/approvals/${encodeURIComponent(callId)}`, { method: "POST", body });
}

export function listModels(signal?: AbortSignal): Promise<Models> {
  return read("/api/models", { signal });
}

export async function listAgents(signal?: AbortSignal): Promise<Agent[]> {
  return (await read<{ items: Agent[] }>("/api/agents", { signal })).items;
}
