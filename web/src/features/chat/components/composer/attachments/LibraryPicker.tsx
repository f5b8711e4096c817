import { Check, FileSearch, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { queryError } from "@/lib/api/queries";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { useDocumentList } from "@/lib/documents/queries";
import type { DocumentRecord } from "@/lib/documents/types";
import { useDebounced } from "@/lib/use-debounced";
import { Button, buttonClass } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { DocumentIcon } from "@/ui/document-icon";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice } from "@/ui/notice";
import { Spinner } from "@/ui/spinner";

interface LibraryPickerProps {
  open: boolean;
  onClose: () => void;
  onPick: (documents: readonly DocumentRecord[]) => void;
}

/** Documents of the library to attach, found by their names. */
export function LibraryPicker({ open, onClose, onPick }: LibraryPickerProps) {
  const { t } = useTranslation(["attachments", "documents", "common"]);
  const [query, setQuery] = useState("");
  const settled = useDebounced(query.trim(), 200);
  const list = useDocumentList(settled);
  const [picked, setPicked] = useState<readonly DocumentRecord[]>([]);
  const documents = list.data?.pages.flatMap((page) => page.items) ?? [];
  const error = queryError(list);
  const close = () => {
    setPicked([]);
    setQuery("");
    onClose();
  };
  const toggle = (document: DocumentRecord) =>
    setPicked((before) =>
      before.some((one) => one.id === document.id)
        ? before.filter((one) => one.id !== document.id)
        : [...before, document],
    );
  const nothing = list.isSuccess && documents.length === 0;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      title={t("attachments:library.title")}
      className="w-[min(34rem,calc(100vw-2rem))]"
      footer={
        <>
          <Button variant="ghost" onClick={close}>
            {t("common:cancel")}
          </Button>
          <Button
            variant="primary"
            disabled={picked.length === 0}
            onClick={() => {
              onPick(picked);
              close();
            }}
          >
            {picked.length === 0
              ? t("attachments:library.attach")
              : t("attachments:library.attachCount", { count: picked.length })}
          </Button>
        </>
      }
    >
      <div className="relative mb-3">
        <Search
          aria-hidden
          className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-fg-subtle"
        />
        <input
          type="search"
          value={query}
          aria-label={t("attachments:library.search")}
          placeholder={t("attachments:library.search")}
          onChange={(event) => setQuery(event.target.value)}
          className="control-outline h-10 w-full rounded-md bg-surface ps-9.5 pe-3 text-base outline-none placeholder:text-fg-subtle focus-visible:border-focus sm:text-sm"
        />
      </div>
      <div className="-mx-2 h-80 max-h-[50dvh] overflow-y-auto px-2">
        {error !== null ? (
          <ErrorNotice error={error} />
        ) : list.isPending ? (
          <div className="grid h-full place-items-center text-fg-muted">
            <Spinner label={t("documents:list.loading")} />
          </div>
        ) : nothing && settled === "" ? (
          <EmptyState
            icon={<FileSearch />}
            title={t("attachments:library.empty")}
            description={t("attachments:library.emptyDetail")}
            action={
              <Link to="/documents" className={buttonClass({ variant: "secondary" })}>
                {t("documents:title")}
              </Link>
            }
          />
        ) : nothing ? (
          <p className="px-2 py-8 text-center text-fg-muted text-sm">
            {t("attachments:library.none", { query: settled })}
          </p>
        ) : (
          <ul aria-label={t("documents:list.label")} className="grid gap-0.5">
            {documents.map((document) => (
              <Choice
                key={document.id}
                document={document}
                picked={picked.some((one) => one.id === document.id)}
                onToggle={() => toggle(document)}
              />
            ))}
            {list.hasNextPage ? (
              <li className="py-2 text-center">
                <Button size="sm" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t("attachments:library.more")}
                </Button>
              </li>
            ) : null}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function Choice({
  document,
  picked,
  onToggle,
}: {
  document: DocumentRecord;
  picked: boolean;
  onToggle: () => void;
}) {
  const { t, i18n } = useTranslation("attachments");
  const failed = document.status === "failed";
  const facts = [
    document.pageCount === null ? null : t("pages", { count: document.pageCount }),
    formatBytes(document.fileSize, i18n.language),
  ].filter((fact) => fact !== null);
  return (
    <li>
      <label
        className={cn(
          "flex min-h-14 cursor-pointer items-center gap-3 rounded-md px-2.5 py-1.5 transition-colors duration-120 has-focus-visible:outline-2 has-focus-visible:outline-focus",
          picked ? "bg-accent-soft" : "hover:bg-hover",
          failed && "cursor-default opacity-60 hover:bg-transparent",
        )}
      >
        <input type="checkbox" className="sr-only" checked={picked} disabled={failed} onChange={onToggle} />
        <DocumentIcon file={document} size="sm" />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-sm">{document.displayName}</span>
          <span className="block truncate text-fg-muted text-xs">
            {failed
              ? t("library.failed")
              : document.status === "processing"
                ? t("library.processing")
                : facts.join(" · ")}
          </span>
        </span>
        <span
          aria-hidden
          className={cn(
            "grid size-5 shrink-0 place-items-center rounded-xs border [&_svg]:size-3.5",
            picked ? "border-accent bg-accent text-accent-fg" : "border-control/60",
          )}
        >
          {picked ? <Check /> : null}
        </span>
      </label>
    </li>
  );
}
