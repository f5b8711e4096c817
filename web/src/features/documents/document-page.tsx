import {
  ArrowLeft,
  Download,
  Ellipsis,
  FileX2,
  MessageCirclePlus,
  Pencil,
  RotateCw,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { queryError } from "@/lib/api";
import { cn } from "@/lib/cn";
import { progressText, progressValue } from "@/lib/documents/progress";
import { useDocument, useDocumentSync, useWatchDocument } from "@/lib/documents/queries";
import type { DocumentCitation, DocumentRecord } from "@/lib/documents/types";
import { useDocumentProgress } from "@/lib/documents/watch";
import { useMediaQuery } from "@/lib/media";
import { Button, buttonClass, IconButton } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { EmptyState } from "@/ui/empty-state";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { Notice } from "@/ui/notice";
import { PageHeader } from "@/ui/page-header";
import { Progress } from "@/ui/progress";
import { Segmented } from "@/ui/segmented";
import { Spinner } from "@/ui/spinner";
import { TitleField } from "@/ui/title-field";
import { useTitle } from "@/ui/use-title";
import { useDocumentActions } from "./use-document-actions";
import { AskPanel, useExchanges } from "./view/ask-panel";
import { Preview } from "./view/preview";
import { type PlaceState, targetSearch, useTarget } from "./view/target";
import { factsOf } from "./words";

/** Beside each other from here on; below, one at a time. */
const WIDE = "(min-width: 1024px)";

/** One document: to look at, and to ask. */
export function DocumentPage() {
  const { t } = useTranslation("documents");
  const { documentId = "" } = useParams();
  useDocumentSync();
  const query = useDocument(documentId);
  const error = queryError(query);
  useWatchDocument(query.data);
  useTitle(query.data?.displayName ?? t("title"));
  if (query.data !== undefined) return <OpenDocument key={documentId} document={query.data} />;
  const missing = error?.status === 404 || error?.status === 400 || error?.status === 422;
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <PageHeader>
        <Back />
        <h1 className="sr-only">{t("title")}</h1>
      </PageHeader>
      <div className="grid flex-1 place-items-center">
        {error === null ? (
          <Spinner className="size-6 text-fg-muted" label={t("view.loading")} />
        ) : (
          <div role="alert">
            <EmptyState
              icon={<FileX2 />}
              title={missing ? t("view.missing") : t("view.failed")}
              description={missing ? t("view.missingDetail") : error.detail || error.title}
              action={<NotThere retry={missing ? null : () => void query.refetch()} />}
            />
          </div>
        )}
      </div>
    </main>
  );
}

function NotThere({ retry }: { retry: (() => void) | null }) {
  const { t } = useTranslation(["documents", "common"]);
  return (
    <>
      {retry === null ? null : (
        <Button variant="primary" onClick={retry}>
          {t("common:retry")}
        </Button>
      )}
      <Link to="/documents" className={buttonClass({ variant: "secondary" })}>
        {t("documents:view.back")}
      </Link>
    </>
  );
}

function OpenDocument({ document }: { document: DocumentRecord }) {
  const { t } = useTranslation("documents");
  const wide = useMediaQuery(WIDE);
  const [tab, setTab] = useState<"read" | "ask">("read");
  const target = useTarget();
  const navigate = useNavigate();
  const location = useLocation();
  const actions = useDocumentActions();
  const state = useExchanges(document.id);
  const show = (citation: DocumentCitation) => {
    setTab("read");
    void navigate(targetSearch(citation.page, citation.quote), {
      replace: true,
      state: { ...(location.state as PlaceState | null), places: citation.places } satisfies PlaceState,
    });
  };
  const panel = (
    <AskPanel document={document} state={state} onShow={show} onChat={() => actions.ask(document)} />
  );
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <Header document={document} />
      {wide ? null : (
        <div className="flex shrink-0 justify-center px-4 pb-2.5">
          <Segmented
            label={document.displayName}
            value={tab}
            onChange={setTab}
            options={[
              { value: "read", label: t("view.read") },
              { value: "ask", label: t("view.askTab") },
            ]}
            className="w-full max-w-80 *:flex-1"
          />
        </div>
      )}
      <div className="flex min-h-0 flex-1 border-border border-t">
        <div className={cn("flex min-w-0 flex-1 flex-col bg-sunken", !wide && tab !== "read" && "hidden")}>
          <StatusBar document={document} />
          <div className="relative min-h-0 flex-1">
            <Preview document={document} target={target} />
          </div>
        </div>
        {wide ? (
          <aside aria-label={t("ask.title")} className="flex w-92 shrink-0 flex-col border-border border-s">
            {panel}
          </aside>
        ) : tab === "ask" ? (
          panel
        ) : null}
      </div>
    </main>
  );
}

function Back() {
  const { t } = useTranslation("documents");
  const navigate = useNavigate();
  const fromList = (useLocation().state as PlaceState | null)?.fromList === true;
  return (
    <IconButton
      label={t("view.back")}
      tooltipSide="bottom"
      // Back to the list as it was, with its search; from elsewhere, to the list.
      onClick={() => void (fromList ? navigate(-1) : navigate("/documents"))}
    >
      <ArrowLeft aria-hidden className="rtl:-scale-x-100" />
    </IconButton>
  );
}

function Header({ document }: { document: DocumentRecord }) {
  const { t, i18n } = useTranslation(["documents", "common"]);
  const { t: words } = useTranslation("documents");
  const [renaming, setRenaming] = useState(false);
  const actions = useDocumentActions();
  return (
    <PageHeader>
      <Back />
      <span className="max-sm:hidden">
        <DocumentIcon file={document} size="sm" />
      </span>
      {renaming ? (
        <>
          <h1 className="sr-only">{document.displayName}</h1>
          <TitleField
            title={document.displayName}
            label={t("documents:list.renameLabel")}
            className="max-w-110"
            onDone={(next) => {
              setRenaming(false);
              if (next !== null) actions.rename(document, next);
            }}
          />
        </>
      ) : (
        <div className="min-w-0 px-1">
          <h1 className="truncate font-medium text-sm">{document.displayName}</h1>
          <p className="truncate text-fg-muted text-xs">{factsOf(document, words, i18n.language)}</p>
        </div>
      )}
      <span className="flex-1" />
      <Button size="sm" className="max-sm:hidden" onClick={() => actions.ask(document)}>
        <MessageCirclePlus aria-hidden />
        {t("documents:list.ask")}
      </Button>
      <Menu
        align="end"
        trigger={
          <IconButton label={t("documents:view.menu")} tooltip={false}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={<MessageCirclePlus aria-hidden />} onSelect={() => actions.ask(document)}>
          {t("documents:list.ask")}
        </MenuItem>
        <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setRenaming(true)}>
          {t("documents:list.rename")}
        </MenuItem>
        <MenuItem icon={<Download aria-hidden />} onSelect={() => actions.download(document)}>
          {t("documents:list.download")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 aria-hidden />} tone="danger" onSelect={() => actions.remove(document)}>
          {t("documents:list.delete")}
        </MenuItem>
      </Menu>
    </PageHeader>
  );
}

/** While it is being read, or when it could not be. */
function StatusBar({ document }: { document: DocumentRecord }) {
  const { t } = useTranslation(["documents", "common"]);
  const { t: words } = useTranslation("documents");
  const actions = useDocumentActions();
  const progress = useDocumentProgress((state) => state.progress[document.id]) ?? document.progress;
  if (document.status === "ready") return <Warnings warnings={document.warnings} />;
  if (document.status === "failed")
    return (
      <div className="p-4">
        <Notice
          tone="danger"
          title={t("documents:view.failedTitle")}
          {...(document.error?.retryable
            ? {
                action: (
                  <Button size="sm" onClick={() => actions.retry(document)}>
                    <RotateCw aria-hidden />
                    {t("common:retry")}
                  </Button>
                ),
              }
            : {})}
        >
          {document.error?.detail || t("documents:list.failedUnknown")}
        </Notice>
      </div>
    );
  return (
    <div className="border-border border-b bg-surface px-5 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="font-medium text-sm">{t("documents:view.processingTitle")}</p>
        <p className="text-fg-muted text-xs tabular-nums">{progressText(progress, words)}</p>
      </div>
      <Progress
        value={progressValue(progress)}
        label={t("documents:stage.label", { name: document.displayName })}
        className="mt-2"
      />
      <p className="mt-2 text-fg-muted text-meta">{t("documents:view.processingDetail")}</p>
    </div>
  );
}

/** What could not be read of it: an answer that misses something should not be a riddle. */
function Warnings({ warnings }: { warnings: readonly string[] }) {
  const { t } = useTranslation("documents");
  if (warnings.length === 0) return null;
  return (
    <details className="border-warn/25 border-b bg-warn-soft px-5 py-2 text-meta">
      <summary className="cursor-pointer font-medium">{t("view.warnings")}</summary>
      <ul className="mt-1 list-disc ps-5 text-fg-muted">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </details>
  );
}
