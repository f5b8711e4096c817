import { Search, Upload as UploadIcon, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { queryError } from "@/lib/api";
import { formatBytes } from "@/lib/bytes";
import { ACCEPT } from "@/lib/documents/kinds";
import { useDocumentList, useDocumentStorage, useDocumentSync } from "@/lib/documents/queries";
import type { DocumentRecord } from "@/lib/documents/types";
import { useUploads } from "@/lib/documents/uploads";
import { useDebounced } from "@/lib/use-debounced";
import { useFileDrop } from "@/lib/use-file-drop";
import { Button, IconButton } from "@/ui/button";
import { DropOverlay } from "@/ui/drop-overlay";
import { ErrorNotice } from "@/ui/notice";
import { PageHeader } from "@/ui/page-header";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { Spinner } from "@/ui/spinner";
import { toast } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import { DocumentRow } from "./list/document-row";
import { EmptyDocuments } from "./list/empty-documents";
import { SearchResults } from "./list/search-results";
import { UploadRow } from "./list/upload-row";
import { deletions } from "./state/deletions";
import { useLibraryUpload } from "./use-uploads";

/** Everything a person gave Kuma to read. */
export function DocumentsPage() {
  const { t } = useTranslation("documents");
  useTitle(t("title"));
  useDocumentSync();
  const [params, setParams] = useSearchParams();
  const [query, setQuery] = useState(params.get("q") ?? "");
  const settled = useDebounced(query.trim(), 250);
  const picker = useRef<HTMLInputElement>(null);
  const upload = useLibraryUpload();
  const uploads = useUploads((state) => state.uploads);
  const hidden = deletions.useHidden((state) => state.hidden);
  const list = useDocumentList();
  const documents = useMemo(
    () =>
      unique(list.data?.pages.flatMap((page) => page.items) ?? []).filter(
        (document) => !hidden.has(document.id),
      ),
    [list.data, hidden],
  );
  const over = useFileDrop({
    onFiles: upload,
    onUnreadable: () => toast.error(t("unreadableDrop")),
  });
  // In the address, so that coming back from a document finds the search as it was. Only a new search writes there:
  // the setter itself changes with every navigation, also with the one that leaves this page.
  const writeParams = useRef(setParams);
  useEffect(() => {
    writeParams.current = setParams;
  });
  useEffect(() => {
    writeParams.current(settled === "" ? {} : { q: settled }, { replace: true, preventScrollReset: true });
  }, [settled]);

  const choose = () => picker.current?.click();
  const empty = list.isSuccess && documents.length === 0 && uploads.length === 0 && !list.hasNextPage;
  return (
    <main className="relative flex min-h-0 flex-1 flex-col">
      <PageHeader>
        <h1 className="min-w-0 flex-1 truncate px-1 font-medium text-sm">{t("title")}</h1>
        {empty ? null : (
          <Button variant="primary" size="sm" onClick={choose}>
            <UploadIcon aria-hidden />
            {t("upload")}
          </Button>
        )}
      </PageHeader>
      <input
        ref={picker}
        type="file"
        multiple
        accept={ACCEPT}
        hidden
        data-testid="document-picker"
        onChange={(event) => {
          upload([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable_both-edges]">
        <div className="mx-auto w-full max-w-216 px-4 pt-2 pb-16 sm:px-6">
          {empty ? (
            <EmptyDocuments onChoose={choose} />
          ) : (
            <>
              <SearchField value={query} onChange={setQuery} />
              {settled === "" ? (
                <DocumentList
                  documents={documents}
                  loading={list.isPending}
                  error={documents.length === 0 ? queryError(list) : null}
                  onRetry={() => void list.refetch()}
                  more={list.hasNextPage}
                  loadingMore={list.isFetchingNextPage}
                  onMore={() => void list.fetchNextPage()}
                />
              ) : (
                <SearchResults query={settled} hidden={hidden} />
              )}
            </>
          )}
        </div>
      </div>
      {over ? <DropOverlay title={t("drop")} detail={t("dropDetail")} /> : null}
    </main>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("documents");
  const field = useRef<HTMLInputElement>(null);
  return (
    <search className="relative mb-5 block">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-4 top-1/2 size-4.5 -translate-y-1/2 text-fg-subtle"
      />
      <input
        ref={field}
        type="search"
        value={value}
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        enterKeyHint="search"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.stopPropagation();
            onChange("");
          }
        }}
        className="control-outline h-12 w-full rounded-xl bg-surface ps-11.5 pe-12 text-base shadow-xs outline-none transition-[border-color,box-shadow] duration-120 placeholder:text-fg-subtle hover:border-control focus-visible:border-focus focus-visible:outline-2 focus-visible:outline-focus/55 focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden"
      />
      {value === "" ? null : (
        <IconButton
          label={t("search.clear")}
          size="sm"
          className="absolute end-2.5 top-1/2 -translate-y-1/2 touch:end-1"
          onClick={() => {
            onChange("");
            field.current?.focus();
          }}
        >
          <X aria-hidden />
        </IconButton>
      )}
    </search>
  );
}

interface DocumentListProps {
  documents: readonly DocumentRecord[];
  loading: boolean;
  error: ReturnType<typeof queryError>;
  onRetry: () => void;
  more: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

function DocumentList(props: DocumentListProps) {
  const { documents, loading, error, onRetry, more, loadingMore, onMore } = props;
  const { t } = useTranslation(["documents", "common"]);
  const uploads = useUploads((state) => state.uploads);
  return (
    <>
      {uploads.length === 0 ? null : (
        <section aria-label={t("documents:uploads.label")} className="mb-5">
          <ul className="divide-y divide-border overflow-hidden rounded-lg border border-accent/35 bg-surface">
            {uploads.map((upload) => (
              <UploadRow key={upload.id} upload={upload} />
            ))}
          </ul>
        </section>
      )}
      {error !== null ? (
        <ErrorNotice
          error={error}
          action={
            <Button size="sm" onClick={onRetry}>
              {t("common:retry")}
            </Button>
          }
        />
      ) : loading ? (
        <ListSkeleton />
      ) : documents.length === 0 ? null : (
        <section aria-label={t("documents:list.label")}>
          <ul className="divide-y divide-border overflow-hidden rounded-lg border border-border bg-surface">
            {documents.map((document) => (
              <DocumentRow key={document.id} document={document} />
            ))}
          </ul>
          {more ? <More loading={loadingMore} onMore={onMore} /> : null}
        </section>
      )}
      {loading || error !== null ? null : <Storage />}
    </>
  );
}

function Storage() {
  const { t, i18n } = useTranslation("documents");
  const storage = useDocumentStorage().data;
  if (storage === undefined || storage.documents === 0) return null;
  return (
    <p className="mt-3 px-1 text-fg-muted text-meta">
      {t("storage.count", { count: storage.documents })}
      {" · "}
      {t("storage.stored", { size: formatBytes(storage.bytes, i18n.language) })}
    </p>
  );
}

/** Asks for the next page when it comes near the view. */
function More({ loading, onMore }: { loading: boolean; onMore: () => void }) {
  const { t } = useTranslation("documents");
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    const node = end.current;
    if (!node || loading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "600px" },
    );
    observer.observe(node);
    return () => observer.disconnect();
  }, [loading]);
  return (
    <div ref={end} className="grid min-h-12 place-items-center text-fg-muted">
      {loading ? <Spinner label={t("list.more")} /> : null}
    </div>
  );
}

function ListSkeleton() {
  const { t } = useTranslation("documents");
  return (
    <Delayed label={t("list.loading")}>
      <div className="divide-y divide-border rounded-lg border border-border bg-surface">
        {[46, 62, 38, 54, 42].map((width) => (
          <div key={width} className="flex h-18 items-center gap-4 px-4">
            <Skeleton className="h-11 w-9" />
            <div className="grid flex-1 gap-2">
              <span style={{ width: `${width}%` }}>
                <Skeleton className="h-4" />
              </span>
              <Skeleton className="h-3 w-32" />
            </div>
          </div>
        ))}
      </div>
    </Delayed>
  );
}

/** Pages may overlap when documents come or go: each is shown once, as it was told last. */
function unique(documents: readonly DocumentRecord[]): DocumentRecord[] {
  return [...new Map(documents.map((document) => [document.id, document])).values()];
}
