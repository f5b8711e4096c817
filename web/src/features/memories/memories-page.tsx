import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { BookMarked, Download, Ellipsis, Pause, Play, Plus, Search, Trash2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/lib/api";
import { toApiError } from "@/lib/api/errors";
import { AlertDialog } from "@/ui/alert-dialog";
import { Button, IconButton } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Input } from "@/ui/input";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { ErrorNotice, Notice } from "@/ui/notice";
import { PageHeader } from "@/ui/page-header";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import {
  clearMemories,
  downloadMemories,
  listMemories,
  MEMORIES,
  type Memory,
  refreshMemories,
  searchMemories,
} from "./api";
import { useForgetting } from "./forgetting";
import { MemoryDialog } from "./memory-dialog";
import { MemoryRow } from "./memory-row";

/** What Kuma remembers of the person: to be read, searched, put right, and forgotten. */
export function MemoriesPage() {
  const { t } = useTranslation("memories");
  useTitle(t("title"));
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed.trim());
  const [writing, setWriting] = useState<Memory | "new" | null>(null);
  const hidden = useForgetting((state) => state.hidden);
  const memories = useInfiniteQuery({
    queryKey: [...MEMORIES, "list", wanted],
    queryFn: ({ pageParam, signal }) =>
      wanted === "" ? listMemories(pageParam, signal) : searchMemories(wanted, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
  const settings = useSettings();
  const all = (memories.data?.pages ?? []).flatMap((page) => page.items);
  const shown = all.filter((memory) => !hidden.has(memory.id));
  const paused = settings.data?.paused === true;

  return (
    <>
      <PageHeader>
        <h1 className="min-w-0 truncate px-1 font-medium text-sm">{t("title")}</h1>
        <span className="flex-1" />
        <MoreMenu paused={paused} any={all.length > 0} onPause={settings.pause} />
      </PageHeader>
      <main className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-180 gap-5 px-4 pt-4 pb-20 sm:px-6 sm:pt-8">
          <div>
            <h2 className="text-balance font-semibold text-xl">{t("heading")}</h2>
            <p className="mt-1.5 max-w-xl text-fg-muted text-sm">
              {settings.data?.saving === "asked" ? t("introAsked") : t("intro")}
            </p>
          </div>
          {paused ? (
            <Notice
              tone="warn"
              title={t("paused.title")}
              action={
                <Button size="sm" onClick={() => settings.pause(false)}>
                  {t("paused.resume")}
                </Button>
              }
            >
              {t("paused.detail")}
            </Notice>
          ) : null}
          <div className="flex gap-2">
            <div className="relative min-w-0 flex-1">
              <Search
                aria-hidden
                className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-fg-subtle"
              />
              <Input
                type="search"
                aria-label={t("search")}
                placeholder={t("search")}
                className="ps-9"
                value={typed}
                maxLength={1000}
                onChange={(event) => setTyped(event.target.value)}
              />
            </div>
            <Button variant="primary" className="min-h-10" onClick={() => setWriting("new")}>
              <Plus aria-hidden />
              {t("add")}
            </Button>
          </div>
          {memories.isError ? (
            <ErrorNotice
              error={toApiError(memories.error)}
              action={
                <Button size="sm" onClick={() => void memories.refetch()}>
                  {t("again")}
                </Button>
              }
            />
          ) : null}
          {memories.isPending ? (
            <ListSkeleton />
          ) : shown.length === 0 && !memories.isError ? (
            wanted === "" ? (
              <EmptyState icon={<BookMarked />} title={t("empty.title")} description={t("empty.detail")} />
            ) : (
              <p className="py-8 text-center text-fg-muted text-sm">{t("noMatch", { query: wanted })}</p>
            )
          ) : (
            <ul className="grid gap-2" aria-busy={memories.isPlaceholderData}>
              {shown.map((memory) => (
                <MemoryRow key={memory.id} memory={memory} onEdit={() => setWriting(memory)} />
              ))}
            </ul>
          )}
          {memories.hasNextPage ? (
            <Button
              className="justify-self-center"
              loading={memories.isFetchingNextPage}
              onClick={() => void memories.fetchNextPage()}
            >
              {t("more")}
            </Button>
          ) : null}
          {settings.data?.service === "Supermemory" ? (
            <p className="text-center text-fg-subtle text-meta">{t("elsewhere")}</p>
          ) : null}
        </div>
      </main>
      <MemoryDialog
        key={writing === null || writing === "new" ? "new" : writing.id}
        memory={writing === "new" ? null : writing}
        open={writing !== null}
        onClose={() => setWriting(null)}
      />
    </>
  );
}

const SETTINGS = [...MEMORIES, "settings"];

function useSettings() {
  const { t } = useTranslation("memories");
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: SETTINGS,
    queryFn: async ({ signal }) => (await api.GET("/api/memories/settings", { signal })).data?.settings,
  });
  const pause = async (paused: boolean) => {
    try {
      const changed = await api.PATCH("/api/memories/settings", { body: { paused } });
      client.setQueryData(SETTINGS, changed.data?.settings);
      toast(paused ? t("paused.done") : t("paused.resumed"));
    } catch (error) {
      toast.error(t("changeFailed"), { description: toApiError(error).detail });
    }
  };
  return { data, pause: (paused: boolean) => void pause(paused) };
}

function MoreMenu({
  paused,
  any,
  onPause,
}: {
  paused: boolean;
  any: boolean;
  onPause: (to: boolean) => void;
}) {
  const { t } = useTranslation("memories");
  const client = useQueryClient();
  const [clearing, setClearing] = useState(false);
  const [working, setWorking] = useState(false);
  const save = () =>
    void downloadMemories().catch((error: unknown) =>
      toast.error(t("exportFailed"), { description: toApiError(error).detail }),
    );
  const clear = async () => {
    setWorking(true);
    try {
      await clearMemories();
      toast(t("clear.done"));
      setClearing(false);
    } catch (error) {
      toast.error(t("clear.failed"), { description: toApiError(error).detail });
    } finally {
      setWorking(false);
      refreshMemories(client);
    }
  };
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={t("menu")} tooltipSide="bottom">
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem
          icon={paused ? <Play aria-hidden /> : <Pause aria-hidden />}
          onSelect={() => onPause(!paused)}
        >
          {paused ? t("paused.resume") : t("pause")}
        </MenuItem>
        <MenuItem icon={<Download aria-hidden />} onSelect={save}>
          {t("export")}
        </MenuItem>
        {any ? (
          <>
            <MenuSeparator />
            <MenuItem icon={<Trash2 aria-hidden />} tone="danger" onSelect={() => setClearing(true)}>
              {t("clear.action")}
            </MenuItem>
          </>
        ) : null}
      </Menu>
      <AlertDialog
        open={clearing}
        onOpenChange={setClearing}
        title={t("clear.title")}
        description={t("clear.detail")}
        confirmLabel={t("clear.confirm")}
        loading={working}
        onConfirm={() => void clear()}
      />
    </>
  );
}

function ListSkeleton() {
  return (
    <Delayed>
      <div className="grid gap-2">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-18 rounded-lg" />
        ))}
      </div>
    </Delayed>
  );
}
