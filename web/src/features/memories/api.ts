/** The calls about memories that more than one place of the app makes. */
import type { QueryClient } from "@tanstack/react-query";
import { api, sessionFetch } from "@/lib/api";
import { errorFromResponse } from "@/lib/api/errors";
import type { components } from "@/lib/api/schema";

export type Memory = components["schemas"]["Memory"];

/** Everything about memories in the cache begins with this. */
export const MEMORIES = ["memories"] as const;

export function refreshMemories(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: MEMORIES });
}

export interface MemoryPage {
  items: Memory[];
  nextCursor: string | null;
}

export async function listMemories(cursor: string | null, signal: AbortSignal): Promise<MemoryPage> {
  const query = cursor === null ? { limit: 50 } : { limit: 50, cursor };
  const { data } = await api.GET("/api/memories", { params: { query }, signal });
  return { items: data?.items ?? [], nextCursor: data?.nextCursor ?? null };
}

export async function searchMemories(query: string, signal: AbortSignal): Promise<MemoryPage> {
  const { data } = await api.POST("/api/memories/search", { body: { query, limit: 50 }, signal });
  return { items: data?.items ?? [], nextCursor: null };
}

export async function createMemory(content: string): Promise<void> {
  await api.POST("/api/memories", { body: { content } });
}

export async function editMemory(id: string, content: string): Promise<void> {
  await api.PATCH("/api/memories/{id}", { params: { path: { id } }, body: { content } });
}

/** `keepalive` lets the request outlive the page: a deletion whose time for undoing the page did not survive. */
export async function deleteMemory(id: string, keepalive = false): Promise<void> {
  await send(`/api/memories/${encodeURIComponent(id)}`, "DELETE", keepalive);
}

export async function clearMemories(): Promise<void> {
  await send("/api/memories", "DELETE", false);
}

/** Saves all memories as a file on the person's device. */
export async function downloadMemories(): Promise<void> {
  const response = await send("/api/memories/export", "GET", false);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = "kuma-memories.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function send(path: string, method: string, keepalive: boolean): Promise<Response> {
  const response = await sessionFetch(new URL(path, location.origin), { method, keepalive });
  if (!response.ok) throw await errorFromResponse(response);
  return response;
}
