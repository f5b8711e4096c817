/** Server data of the chat feature through TanStack Query, kept right by what runs and other tabs announce. */
import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { $api } from "@/lib/api";
import { onChatEvent } from "../state/chat-events";
import { listChats } from "./chats";
import type { Agent, Chat, Models, Page, Tool } from "./types";

export const chatKeys = {
  all: ["chats"] as const,
  list: (q: string, archived: boolean) => ["chats", "list", { q, archived }] as const,
  pinned: ["chats", "pinned"] as const,
  palette: (q: string) => ["chats", "palette", q] as const,
};

/** While a run is on somewhere, the list is looked at this often for its end. */
const RUNNING_POLL_MS = 5_000;

/** All chats (or those matching `q` in title or text), newest activity first, page by page. */
export function useChatList(q: string, archived: boolean) {
  return useInfiniteQuery({
    queryKey: chatKeys.list(q, archived),
    queryFn: ({ pageParam, signal }) => listChats({ q, archived, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((chat) => chat.activeJobId)) ? RUNNING_POLL_MS : false,
    placeholderData: (before) => before,
  });
}

/** The chats kept on top: all of them, wherever their last activity would put them in the list. */
export function usePinnedChats(enabled: boolean) {
  return useQuery({
    queryKey: chatKeys.pinned,
    queryFn: ({ signal }) => listChats({ pinned: true, archived: false, limit: 100 }, signal),
    enabled,
  });
}

/** A few chats for the command palette. */
export function usePaletteChats(q: string) {
  return useQuery({
    queryKey: chatKeys.palette(q),
    queryFn: ({ signal }) => listChats({ q, limit: 8 }, signal),
    placeholderData: (before) => before,
  });
}

export function useModels(): Models | undefined {
  return $api.useQuery("get", "/api/models").data;
}

export function useAgents(): Agent[] | undefined {
  return $api.useQuery("get", "/api/agents").data?.items;
}

/** Everything that agents can do here. `enabled` false asks for nothing yet. */
export function useTools(enabled = true): Tool[] | undefined {
  return $api.useQuery("get", "/api/tools", {}, { enabled, staleTime: 60_000 }).data?.items;
}

export function useUserName(): string | undefined {
  return $api.useQuery("get", "/api/auth/me").data?.user.name;
}

/** Changes a chat in every list that is held. */
export function patchChatLists(client: QueryClient, chatId: string, change: (chat: Chat) => Chat): void {
  client.setQueriesData<InfiniteData<Page<Chat>>>(
    { queryKey: ["chats", "list"] },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((chat) => (chat.id === chatId ? change(chat) : chat)),
        })),
      },
  );
}

/** Keeps the lists right while this is mounted. Once is enough: the sidebar does it. */
export function useChatSync(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      onChatEvent((event) => {
        switch (event.type) {
          case "titled":
            patchChatLists(client, event.chatId, (chat) => ({ ...chat, title: event.title }));
            // A list on its way was made before the title was: it is asked for anew, or it would take the title away.
            if (client.isFetching({ queryKey: ["chats", "list"] }) > 0) {
              void client.invalidateQueries({ queryKey: ["chats", "list"] });
            }
            return;
          case "started":
            // A run that is followed again, because its chat was opened, makes the chat no newer.
            patchChatLists(client, event.chatId, (chat) =>
              chat.activeJobId === event.jobId
                ? chat
                : { ...chat, activeJobId: event.jobId, updatedAt: new Date().toISOString() },
            );
            return;
          case "ended":
            patchChatLists(client, event.chatId, (chat) => ({ ...chat, activeJobId: null }));
            void client.invalidateQueries({ queryKey: chatKeys.all });
            return;
          case "created":
          case "changed":
          case "deleted":
            void client.invalidateQueries({ queryKey: chatKeys.all });
        }
      }),
    [client],
  );
}
