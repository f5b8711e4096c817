import { Download, Ellipsis, FileSearch, MessageCirclePlus, Pencil, RotateCw, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { progressText, progressValue } from "@/lib/documents/progress";
import { useWatchDocument } from "@/lib/documents/queries";
import type { DocumentRecord } from "@/lib/documents/types";
import { useDocumentProgress } from "@/lib/documents/watch";
import { Button, IconButton } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { Progress } from "@/ui/progress";
import { TitleField } from "@/ui/title-field";
import { useDocumentActions } from "../use-document-actions";
import type { PlaceState } from "../view/target";
import { factsOf } from "../words";

const FROM_LIST: PlaceState = { fromList: true };

/** One document: its name, what it is, how far it is, and what can be done with it. F2 renames, Delete deletes. */
export const DocumentRow = memo(function DocumentRow({ document }: { document: DocumentRecord }) {
  const { t, i18n } = useTranslation(["documents", "common"]);
  const { t: words } = useTranslation("documents");
  const [renaming, setRenaming] = useState(false);
  const navigate = useNavigate();
  const actions = useDocumentActions();
  useWatchDocument(document);
  const name = document.displayName;
  const to = `/documents/${document.id}`;
  return (
    <li className="group relative flex min-h-18 items-center gap-4 px-4 py-3 transition-colors duration-120 hover:bg-hover/50 has-[a:focus-visible]:bg-hover/50">
      <DocumentIcon file={document} />
      <div className="min-w-0 flex-1">
        {renaming ? (
          <TitleField
            title={name}
            label={t("documents:list.renameLabel")}
            className="relative z-10 max-w-110"
            onDone={(next) => {
              setRenaming(false);
              if (next !== null) actions.rename(document, next);
            }}
          />
        ) : (
          <Link
            to={to}
            state={FROM_LIST}
            onKeyDown={(event) => {
              if (event.key === "F2") setRenaming(true);
              else if (event.key === "Delete") actions.remove(document);
            }}
            // The whole row opens it; what else can be done lies above.
            className="block truncate font-medium text-sm outline-none after:absolute after:inset-0 focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
          >
            {name}
          </Link>
        )}
        {document.status === "processing" ? (
          <Processing document={document} />
        ) : document.status === "failed" ? (
          <>
            <p className="text-danger text-meta">
              {document.error?.detail || t("documents:list.failedUnknown")}
            </p>
            {document.error?.retryable ? (
              <Button
                size="sm"
                className="relative z-10 mt-2 sm:hidden"
                onClick={() => actions.retry(document)}
              >
                <RotateCw aria-hidden />
                {t("common:retry")}
              </Button>
            ) : null}
          </>
        ) : (
          <p className="truncate text-fg-muted text-meta">{factsOf(document, words, i18n.language)}</p>
        )}
      </div>
      {document.error?.retryable ? (
        <Button size="sm" className="relative z-10 max-sm:hidden" onClick={() => actions.retry(document)}>
          <RotateCw aria-hidden />
          {t("common:retry")}
        </Button>
      ) : null}
      <span className="relative z-10 flex items-center gap-0.5">
        {document.status === "ready" ? (
          <IconButton
            label={t("documents:list.ask")}
            size="sm"
            className="opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 max-sm:hidden touch:opacity-100"
            onClick={() => actions.ask(document)}
          >
            <MessageCirclePlus aria-hidden />
          </IconButton>
        ) : null}
        <Menu
          align="end"
          trigger={
            <IconButton label={t("documents:list.menu", { name })} size="sm" tooltip={false}>
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem
            icon={<FileSearch aria-hidden />}
            onSelect={() => void navigate(to, { state: FROM_LIST })}
          >
            {t("documents:list.open")}
          </MenuItem>
          {document.error?.retryable ? (
            <MenuItem icon={<RotateCw aria-hidden />} onSelect={() => actions.retry(document)}>
              {t("common:retry")}
            </MenuItem>
          ) : null}
          {document.status === "failed" ? null : (
            <MenuItem icon={<MessageCirclePlus aria-hidden />} onSelect={() => actions.ask(document)}>
              {t("documents:list.ask")}
            </MenuItem>
          )}
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
      </span>
    </li>
  );
});

function Processing({ document }: { document: DocumentRecord }) {
  const { t } = useTranslation("documents");
  const progress = useDocumentProgress((state) => state.progress[document.id]) ?? document.progress;
  return (
    <div className="mt-1 flex items-center gap-3 max-sm:mt-1.5 max-sm:flex-col max-sm:items-start max-sm:gap-1">
      <Progress
        value={progressValue(progress)}
        label={t("stage.label", { name: document.displayName })}
        className="max-w-60"
      />
      <span className="min-w-0 max-w-full truncate text-fg-muted text-xs tabular-nums">
        {progressText(progress, t)}
      </span>
    </div>
  );
}
