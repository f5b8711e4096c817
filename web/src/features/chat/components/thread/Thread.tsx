import { defaultRangeExtractor } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { cn } from "@/lib/cn";
import { IconButton } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import { loadOlder } from "../../state/loading";
import { useThreads } from "../../state/thread-store";
import { LiveRegion } from "./LiveRegion";
import { MessageRow } from "./MessageRow";
import { ThreadContext, type ThreadContextValue } from "./thread-context";
import { OlderFailed } from "./thread-notices";
import { useThreadScroll } from "./use-scroll";

export interface ThreadHandle {
  /** Brings the message at this place of the path into view. */
  show: (index: number) => void;
  /** Opens the edit form of the person's last message. False when there is none. */
  editLast: () => boolean;
}

interface ThreadProps {
  threadId: string;
  /** Height of the composer, under which the last message must not hide. */
  bottom: number;
  onCompose: (text: string) => void;
  ref?: Ref<ThreadHandle>;
}

const NONE: readonly string[] = [];

/** The messages of a chat: only those near the view are in the page, however long it is. */
export function Thread({ threadId, bottom, onCompose, ref }: ThreadProps) {
  const { t } = useTranslation("chat");
  const container = useRef<HTMLDivElement>(null);
  const path = useThreads((state) => state.threads[threadId]?.path ?? NONE);
  const sentKey = useThreads((state) => state.threads[threadId]?.lastSentKey ?? null);
  const loadingOlder = useThreads((state) => state.threads[threadId]?.loadingOlder ?? false);
  const [editingId, setEditingId] = useState<string | null>(null);
  const editingIndex = editingId === null ? -1 : path.indexOf(editingId);
  const { virtualizer, height, atLatest, jumpToLatest, show } = useThreadScroll({
    container,
    path,
    sentKey,
    paddingEnd: bottom + 28,
    // What is being edited stays in the page, wherever it is scrolled to.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return editingIndex < 0 || indexes.includes(editingIndex)
        ? indexes
        : [...indexes, editingIndex].sort((a, b) => a - b);
    },
  });

  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (path.length > 0 && first <= 3) void loadOlder(threadId);
  }, [first, path.length, threadId]);

  // A link to one message, such as from a memory.
  const sought = useLocation().hash.slice(1);
  const found = useRef("");
  useEffect(() => {
    if (sought === "" || found.current === sought || path.length === 0) return;
    const at = path.indexOf(sought);
    if (at < 0) {
      void loadOlder(threadId);
      return;
    }
    found.current = sought;
    show(at);
  }, [sought, path, threadId, show]);

  useImperativeHandle(ref, () => ({
    show,
    editLast: () => {
      const messages = useThreads.getState().messagesById;
      const last = path.findLast(
        (id) => messages[id]?.role === "user" && messages[id]?.delivery === undefined,
      );
      if (last === undefined) return false;
      show(path.indexOf(last));
      setEditingId(last);
      return true;
    },
  }));

  const context = useMemo<ThreadContextValue>(
    () => ({ threadId, editingId, edit: setEditingId, compose: onCompose }),
    [threadId, editingId, onCompose],
  );

  return (
    <ThreadContext value={context}>
      <div
        ref={container}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        role="feed"
        aria-label={t("thread.label")}
        aria-busy={loadingOlder}
        className="absolute inset-0 overflow-y-auto overscroll-contain outline-none [overflow-anchor:none] [scrollbar-gutter:stable_both-edges] focus-visible:ring-2 focus-visible:ring-focus focus-visible:ring-inset"
      >
        <div className="relative" style={{ height }}>
          {items.map((item) => {
            const id = path[item.index];
            if (id === undefined) return null;
            return (
              <article
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                aria-posinset={item.index + 1}
                aria-setsize={path.length}
                aria-labelledby={`who-${String(item.key)}`}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <div className="column px-4 sm:px-6">
                  <MessageRow
                    id={id}
                    labelId={`who-${String(item.key)}`}
                    isLast={item.index === path.length - 1}
                  />
                </div>
              </article>
            );
          })}
        </div>
      </div>
      {loadingOlder ? (
        <div className="pointer-events-none absolute inset-x-0 top-3 z-10 flex justify-center">
          <span className="grid size-8 place-items-center rounded-full border border-border bg-surface shadow-sm">
            <Spinner label={t("thread.loadingOlder")} />
          </span>
        </div>
      ) : null}
      <OlderFailed threadId={threadId} />
      <div
        className={cn(
          "pointer-events-none absolute inset-x-0 z-20 flex justify-center transition-opacity duration-160",
          atLatest ? "invisible opacity-0" : "opacity-100",
        )}
        style={{ insetBlockEnd: bottom + 12 }}
      >
        <IconButton
          label={t("thread.latest")}
          variant="secondary"
          className="pointer-events-auto rounded-full shadow-md"
          onClick={jumpToLatest}
        >
          <ArrowDown aria-hidden />
        </IconButton>
      </div>
      <LiveRegion threadId={threadId} />
    </ThreadContext>
  );
}
