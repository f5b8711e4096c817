import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { toApiError } from "@/lib/api/errors";
import { MOBILE_QUERY, useMediaQuery } from "@/lib/media";
import { useShortcut } from "@/lib/shortcuts";
import { soon } from "@/lib/soon";
import { preloadMarkdown } from "@/markdown/Markdown";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import { getChat } from "../api/chats";
import { openThread } from "../state/loading";
import { stop } from "../state/runs";
import { type Thread as ThreadData, useThreads } from "../state/thread-store";
import { isAsking } from "../stream/reducer";
import { ChatHeader, FIND_CHORD } from "./ChatHeader";
import { Composer, type ComposerHandle } from "./composer/Composer";
import { ModelNote } from "./composer/ModelNote";
import { EmptyChat } from "./EmptyChat";
import { preloadActivity } from "./thread/later";
import type { ThreadHandle } from "./thread/Thread";
import { ConnectionNotice } from "./thread/thread-notices";
import { useCurrentThread } from "./use-thread";

// A new chat begins without it.
const Thread = soon(async () => (await import("./thread/Thread")).Thread);
const FindBar = lazy(async () => ({ default: (await import("./FindBar")).FindBar }));

/** One chat, or the beginning of one. */
export function ChatPage() {
  const current = useCurrentThread();
  if (current === null) return null;
  const { threadId, thread } = current;
  // The key stays when a new chat gets its id: nothing is mounted anew in the middle of its first answer.
  return <OpenChat key={thread.key} threadId={threadId} thread={thread} />;
}

function OpenChat({ threadId, thread }: { threadId: string; thread: ThreadData }) {
  const { t } = useTranslation("chat");
  const { data: chat = null } = useQuery({
    queryKey: ["chats", "one", thread.chatId],
    queryFn: ({ signal }) => getChat(thread.chatId ?? "", signal),
    enabled: thread.chatId !== null && thread.load === "ready",
  });
  const title = thread.title ?? chat?.title ?? "";
  const shownTitle = title || (thread.chatId === null ? t("newChat") : t("untitled"));
  const [finding, setFinding] = useState(false);
  const composer = useRef<ComposerHandle>(null);
  const messages = useRef<ThreadHandle>(null);
  const dock = useRef<HTMLDivElement>(null);
  const bottom = useHeight(dock);
  const mobile = useMediaQuery(MOBILE_QUERY);
  const isEmpty = thread.path.length === 0;
  useTitle(shownTitle);

  useEffect(() => {
    preloadMarkdown();
    preloadActivity();
    // On a phone this would bring up the keyboard over the page.
    if (!mobile) composer.current?.focus();
  }, [mobile]);

  const compose = useCallback((text: string) => composer.current?.insert(text), []);
  const show = useCallback((index: number) => messages.current?.show(index), []);
  const closeFind = useCallback(() => {
    setFinding(false);
    composer.current?.focus();
  }, []);
  const answering = thread.activeRuns.length > 0;
  // A run that waits for its owner may wait for days: a stray key must not end it.
  const asking = useThreads((state) =>
    thread.activeRuns.some((id) => state.messagesById[id]?.run?.toolCalls.some(isAsking)),
  );
  useShortcut(
    "escape",
    () =>
      void stop(threadId).catch((error: unknown) =>
        toast.error(t("composer.stopFailed"), { description: toApiError(error).detail }),
      ),
    answering && !asking && !finding,
  );
  useShortcut(FIND_CHORD, () => setFinding(true), !isEmpty && !finding);

  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <ChatHeader
        started={thread.path.length > 0 || thread.chatId !== null}
        chat={chat}
        title={shownTitle}
        onFind={() => setFinding(true)}
      />
      <div className="relative min-h-0 flex-1">
        {thread.load === "failed" ? (
          <LoadFailed thread={thread} />
        ) : isEmpty && thread.load !== "ready" ? (
          <ThreadSkeleton label={t("thread.loading")} />
        ) : isEmpty ? (
          <div
            className="absolute inset-0 flex flex-col overflow-y-auto pt-6"
            style={{ paddingBottom: bottom + 24 }}
          >
            <EmptyChat onPrompt={compose} />
          </div>
        ) : (
          <Suspense>
            <Thread ref={messages} threadId={threadId} bottom={bottom} onCompose={compose} />
          </Suspense>
        )}
        {finding ? (
          <Suspense>
            <FindBar threadId={threadId} onShow={show} onClose={closeFind} />
          </Suspense>
        ) : null}
        {thread.load === "failed" ? null : (
          <div ref={dock} className="pointer-events-none absolute inset-x-0 bottom-0 z-20">
            <div aria-hidden className="h-8 bg-linear-to-t from-bg to-transparent" />
            <div className="bg-bg pb-[max(0.625rem,env(safe-area-inset-bottom))] [&>*]:pointer-events-auto">
              <div className="column px-3 sm:px-5">
                <ConnectionNotice threadId={threadId} />
                <Composer
                  ref={composer}
                  threadId={threadId}
                  agentType={chat?.agentType ?? null}
                  isEmpty={isEmpty}
                  onEditLast={() => messages.current?.editLast()}
                />
                <div className="pt-2">
                  <ModelNote threadId={threadId} />
                </div>
              </div>
            </div>
          </div>
        )}
      </div>
    </main>
  );
}

function LoadFailed({ thread }: { thread: ThreadData }) {
  const { t } = useTranslation("chat");
  const missing = thread.loadError?.code === "not_found";
  return (
    <div role="alert" className="absolute inset-0 grid place-items-center">
      <EmptyState
        title={missing ? t("thread.notFound") : (thread.loadError?.title ?? t("thread.failed"))}
        description={missing ? t("thread.notFoundDetail") : thread.loadError?.detail}
        action={
          <>
            {missing || thread.chatId === null ? null : (
              <Button variant="primary" onClick={() => void openThread(thread.chatId ?? "")}>
                {t("message.retry")}
              </Button>
            )}
            <Link to="/chat" className={buttonClass({ variant: "secondary" })}>
              {t("newChat")}
            </Link>
          </>
        }
      />
    </div>
  );
}

/** The shape of a conversation while it is fetched. */
function ThreadSkeleton({ label }: { label: string }) {
  return (
    <div className="column px-4 pt-8 sm:px-6">
      <Delayed label={label}>
        <div className="grid gap-10">
          {[0, 1].map((turn) => (
            <div key={turn} className="grid gap-8">
              <Skeleton className="ms-auto h-11 w-[46%] rounded-2xl" />
              <div className="grid gap-3">
                <Skeleton className="h-4 w-[92%]" />
                <Skeleton className="h-4 w-[97%]" />
                <Skeleton className="h-4 w-[58%]" />
              </div>
            </div>
          ))}
        </div>
      </Delayed>
    </div>
  );
}

function useHeight(element: React.RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(148);
  useLayoutEffect(() => {
    const node = element.current;
    if (!node) return;
    const measure = () => setHeight(node.offsetHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return height;
}
