import { useVirtualizer } from "@tanstack/react-virtual";
import { Archive, ChevronLeft, Search, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useDebounced } from "@/lib/use-debounced";
import { Button, IconButton } from "@/ui/button";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { Spinner } from "@/ui/spinner";
import { useChatList, useChatSync, usePinnedChats } from "../../api/queries";
import type { Chat } from "../../api/types";
import { useDeletions } from "../../state/deletions";
import { ChatRow } from "./ChatRow";
import { groupChats } from "./groups";

type Line = { kind: "heading"; label: string; key: string } | { kind: "chat"; chat: Chat; key: string };

const HEADING_PX = 34;
const ROW_PX = 36;

/** The list of chats beside every page: searched by the server, loaded page by page, only what is in view in the page. */
export function ChatSidebar({ onNavigate }: { onNavigate?: () => void }) {
  const { t, i18n } = useTranslation("chat");
  const { chatId } = useParams();
  const [searching, setSearching] = useState(false);
  const [archived, setArchived] = useState(false);
  const [query, setQuery] = useState("");
  const settled = useDebounced(query.trim(), 220);
  const list = useChatList(settled, archived);
  const showsAll = settled === "" && !archived;
  const pinned = usePinnedChats(showsAll);
  const hidden = useDeletions((state) => state.hidden);
  useChatSync();

  const day = useToday();
  const lines = useMemo(() => {
    const everything = [
      ...(showsAll ? (pinned.data?.items ?? []) : []),
      ...(list.data?.pages.flatMap((page) => page.items) ?? []),
    ];
    const chats = everything.filter((chat) => !hidden.has(chat.id) && chat.archived === archived);
    const month = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric" });
    return groupChats(unique(chats), day).flatMap((group): Line[] => {
      const label = group.month
        ? month.format(group.month)
        : t(`sidebar.${group.name as "pinned" | "today" | "yesterday" | "week"}`);
      return [
        { kind: "heading", label, key: label },
        ...group.chats.map((chat): Line => ({ kind: "chat", chat, key: chat.id })),
      ];
    });
  }, [list.data, pinned.data, showsAll, hidden, archived, day, i18n.language, t]);

  const closeSearch = () => {
    setSearching(false);
    setQuery("");
  };

  return (
    <section aria-label={t("sidebar.label")} className="flex min-h-0 flex-1 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-0.5 ps-5 pe-3 touch:h-11">
        {searching ? (
          <>
            <input
              // biome-ignore lint/a11y/noAutofocus: it opens because the person asked to type here
              autoFocus
              type="search"
              value={query}
              aria-label={t("sidebar.search")}
              placeholder={t("sidebar.searchPlaceholder")}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => event.key === "Escape" && closeSearch()}
              className="-ms-2.5 h-8 min-w-0 flex-1 rounded-sm border border-border bg-surface px-2.5 text-meta outline-none placeholder:text-fg-subtle focus-visible:border-focus [&::-webkit-search-cancel-button]:hidden"
            />
            <IconButton label={t("sidebar.closeSearch")} size="sm" onClick={closeSearch}>
              <X aria-hidden />
            </IconButton>
          </>
        ) : (
          <>
            {archived ? (
              <IconButton
                label={t("sidebar.back")}
                size="sm"
                className="-ms-2"
                onClick={() => setArchived(false)}
              >
                <ChevronLeft aria-hidden className="rtl:-scale-x-100" />
              </IconButton>
            ) : null}
            <h2 className="min-w-0 flex-1 truncate font-medium text-fg-muted text-meta">
              {archived ? t("sidebar.archived") : t("sidebar.label")}
            </h2>
            {archived ? null : (
              <IconButton label={t("sidebar.archived")} size="sm" onClick={() => setArchived(true)}>
                <Archive aria-hidden />
              </IconButton>
            )}
            <IconButton label={t("sidebar.search")} size="sm" onClick={() => setSearching(true)}>
              <Search aria-hidden />
            </IconButton>
          </>
        )}
      </div>
      {list.isPending ? (
        <ListSkeleton />
      ) : list.isError && lines.length === 0 ? (
        <div role="alert" className="px-5 py-4 text-fg-muted text-sm">
          <p>{t("sidebar.failed")}</p>
          <Button size="sm" className="mt-3" onClick={() => void list.refetch()}>
            {t("message.retry")}
          </Button>
        </div>
      ) : lines.length === 0 ? (
        <p className="px-5 py-3 text-fg-muted text-meta">
          {settled !== ""
            ? t("sidebar.noMatch", { query: settled })
            : archived
              ? t("sidebar.emptyArchived")
              : t("sidebar.empty")}
        </p>
      ) : (
        <Lines
          lines={lines}
          activeId={chatId ?? null}
          canLoadMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onLoadMore={() => void list.fetchNextPage()}
          {...(onNavigate ? { onNavigate } : {})}
        />
      )}
    </section>
  );
}

interface LinesProps {
  lines: readonly Line[];
  activeId: string | null;
  canLoadMore: boolean;
  loadingMore: boolean;
  onLoadMore: () => void;
  onNavigate?: () => void;
}

function Lines({ lines, activeId, canLoadMore, loadingMore, onLoadMore, onNavigate }: LinesProps) {
  const { t } = useTranslation("chat");
  const container = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: lines.length,
    getScrollElement: () => container.current,
    getItemKey: (index) => lines[index]?.key ?? index,
    estimateSize: (index) => (lines[index]?.kind === "heading" ? HEADING_PX : ROW_PX),
    overscan: 10,
    paddingEnd: 12,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (canLoadMore && !loadingMore && last >= lines.length - 12) onLoadMore();
  }, [canLoadMore, loadingMore, last, lines.length, onLoadMore]);
  return (
    <div ref={container} className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2.5">
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          return (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {line.kind === "heading" ? (
                <h3 className="px-2.5 pt-3.5 pb-1 text-fg-subtle text-xs">{line.label}</h3>
              ) : (
                <ChatRow
                  chat={line.chat}
                  active={line.chat.id === activeId}
                  {...(onNavigate ? { onNavigate } : {})}
                />
              )}
            </li>
          );
        })}
      </ul>
      {loadingMore ? (
        <div className="grid place-items-center py-3 text-fg-muted">
          <Spinner label={t("sidebar.more")} />
        </div>
      ) : null}
    </div>
  );
}

/** Pages may overlap while chats move up: each is shown once, as it was told last. */
function unique(chats: readonly Chat[]): Chat[] {
  return [...new Map(chats.map((chat) => [chat.id, chat])).values()];
}

/** Now, renewed when the day changes. */
function useToday(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow((before) => (before.toDateString() === new Date().toDateString() ? before : new Date()));
    }, 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function ListSkeleton() {
  return (
    <Delayed>
      <div className="grid gap-4 px-5 pt-4">
        {[74, 52, 86, 61, 45, 79].map((width) => (
          <span key={width} style={{ width: `${width}%` }}>
            <Skeleton className="h-4" />
          </span>
        ))}
      </div>
    </Delayed>
  );
}
