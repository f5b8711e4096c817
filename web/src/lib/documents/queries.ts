/** Documents through TanStack Query, kept right by what uploads and processing announce. */
import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import { documentStorage, getDocument, listDocuments } from "./api";
import { onDocumentEvent } from "./events";
import type { DocumentRecord, Page } from "./types";
import { watchDocument } from "./watch";

export const documentKeys = {
  all: ["documents"] as const,
  lists: ["documents", "list"] as const,
  list: (q: string) => ["documents", "list", q] as const,
  one: (id: string) => ["documents", "one", id] as const,
  storage: ["documents", "storage"] as const,
};

/** While something is processed that nobody follows (more are on than are watched), the list is looked at this often. */
const PROCESSING_POLL_MS = 6_000;

type Lists = InfiniteData<Page<DocumentRecord>>;

/** All documents (or those with `q` in their name), newest first, page by page. */
export function useDocumentList(q = "") {
  return useInfiniteQuery({
    queryKey: documentKeys.list(q),
    queryFn: ({ pageParam, signal }) => listDocuments({ q, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((document) => document.status === "processing"))
        ? PROCESSING_POLL_MS
        : false,
    placeholderData: (before) => before,
  });
}

export function useDocument(id: string | null) {
  return useQuery({
    queryKey: documentKeys.one(id ?? ""),
    queryFn: ({ signal }) => getDocument(id ?? "", signal),
    enabled: id !== null,
  });
}

export function useDocumentStorage() {
  return useQuery({ queryKey: documentKeys.storage, queryFn: ({ signal }) => documentStorage(signal) });
}

/** Follows a document's processing while this is mounted. */
export function useWatchDocument(document: DocumentRecord | null | undefined): void {
  const id = document?.status === "processing" ? document.id : null;
  useEffect(() => (id === null ? undefined : watchDocument(id)), [id]);
}

/** Puts a document as the server just told of it wherever it is held. */
export function rememberDocument(client: QueryClient, document: DocumentRecord): void {
  client.setQueryData(documentKeys.one(document.id), document);
  client.setQueriesData<Lists>(
    { queryKey: documentKeys.lists },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.map((item) => (item.id === document.id ? document : item)),
        })),
      },
  );
}

/** Takes a document out of every list that is held. */
export function forgetDocument(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: documentKeys.one(id) });
  client.setQueriesData<Lists>(
    { queryKey: documentKeys.lists },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })),
      },
  );
}

/** Puts a new document on top of the list of all. */
function addDocument(client: QueryClient, document: DocumentRecord): void {
  client.setQueryData(documentKeys.one(document.id), document);
  client.setQueryData<Lists>(documentKeys.list(""), (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (!data || !first) return data;
    const others = first.items.filter((item) => item.id !== document.id);
    return { ...data, pages: [{ ...first, items: [document, ...others] }, ...rest] };
  });
}

/** Keeps held documents right while this is mounted. */
export function useDocumentSync(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      onDocumentEvent((event) => {
        switch (event.type) {
          case "added":
            addDocument(client, event.document);
            void client.invalidateQueries({ queryKey: documentKeys.all });
            return;
          case "changed":
            rememberDocument(client, event.document);
            void client.invalidateQueries({ queryKey: documentKeys.storage });
            return;
          case "deleted":
            forgetDocument(client, event.documentId);
            void client.invalidateQueries({ queryKey: documentKeys.all });
            return;
          case "stale":
            void client.invalidateQueries({ queryKey: documentKeys.all });
            return;
          case "progress":
        }
      }),
    [client],
  );
}
