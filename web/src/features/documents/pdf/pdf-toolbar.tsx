import { ChevronDown, ChevronUp, MoveHorizontal, Search, X, ZoomIn, ZoomOut } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import type { Find } from "./use-find";

interface PdfToolbarProps {
  page: number;
  total: number;
  onPage: (page: number) => void;
  /** 1 is the size of the paper. */
  zoom: number;
  fits: boolean;
  onZoom: (by: 1 | -1) => void;
  onFit: () => void;
  onFind: () => void;
}

const divider = <span aria-hidden className="mx-1 h-5 w-px bg-border max-sm:hidden" />;

/** Floats over the pages: which one, how large, and the way to search them. */
export function PdfToolbar(props: PdfToolbarProps) {
  const { page, total, onPage, zoom, fits, onZoom, onFit, onFind } = props;
  const { t } = useTranslation("documents");
  return (
    <div
      role="toolbar"
      aria-label={t("pdf.tools")}
      className="pointer-events-auto flex items-center gap-0.5 rounded-full border border-border bg-surface/95 p-1 shadow-lg backdrop-blur-sm"
    >
      <IconButton
        label={t("pdf.previous")}
        size="sm"
        className="rounded-full max-sm:hidden"
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
      >
        <ChevronUp aria-hidden />
      </IconButton>
      <PageField page={page} total={total} onPage={onPage} />
      <IconButton
        label={t("pdf.next")}
        size="sm"
        className="rounded-full max-sm:hidden"
        disabled={page >= total}
        onClick={() => onPage(page + 1)}
      >
        <ChevronDown aria-hidden />
      </IconButton>
      {divider}
      <IconButton label={t("pdf.zoomOut")} size="sm" className="rounded-full" onClick={() => onZoom(-1)}>
        <ZoomOut aria-hidden />
      </IconButton>
      <span className="w-11 text-center text-fg-muted text-xs tabular-nums max-sm:hidden">
        {t("pdf.zoom", { percent: Math.round(zoom * 100) })}
      </span>
      <IconButton label={t("pdf.zoomIn")} size="sm" className="rounded-full" onClick={() => onZoom(1)}>
        <ZoomIn aria-hidden />
      </IconButton>
      <IconButton label={t("pdf.fit")} size="sm" className="rounded-full" aria-pressed={fits} onClick={onFit}>
        <MoveHorizontal aria-hidden />
      </IconButton>
      {divider}
      <IconButton label={t("pdf.find")} keys="mod+f" size="sm" className="rounded-full" onClick={onFind}>
        <Search aria-hidden />
      </IconButton>
    </div>
  );
}

function PageField({ page, total, onPage }: { page: number; total: number; onPage: (page: number) => void }) {
  const { t } = useTranslation("documents");
  const [text, setText] = useState(String(page));
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    if (!typing) setText(String(page));
  }, [page, typing]);
  const go = () => {
    setTyping(false);
    const wanted = Number(text);
    if (Number.isInteger(wanted) && wanted >= 1) onPage(Math.min(wanted, total));
    else setText(String(page));
  };
  return (
    <span className="flex items-center gap-1 px-1 text-fg-muted text-meta tabular-nums">
      <input
        value={text}
        inputMode="numeric"
        aria-label={t("pdf.pageField")}
        onFocus={(event) => {
          setTyping(true);
          event.target.select();
        }}
        onChange={(event) => setText(event.target.value.replaceAll(/\D/g, ""))}
        onBlur={go}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
        style={{ width: `${Math.max(2, String(total).length) + 1.5}ch` }}
        className="h-7 rounded-sm bg-muted text-center text-fg outline-none focus-visible:outline-2 focus-visible:outline-focus focus-visible:outline-offset-0 touch:h-9"
      />
      <span className="whitespace-nowrap">{t("pdf.of", { total })}</span>
    </span>
  );
}

/** The field of the search in the pages. */
export function PdfFindBar({ find, onClose }: { find: Find; onClose: () => void }) {
  const { t } = useTranslation("documents");
  const { query, setQuery, matches, current, step, reading } = find;
  const none = matches.length === 0;
  return (
    <search className="pointer-events-auto flex max-w-full items-center gap-1 rounded-lg border border-border bg-surface p-1.5 shadow-md">
      <input
        // biome-ignore lint/a11y/noAutofocus: it opens because the person asked to type here
        autoFocus
        value={query}
        aria-label={t("pdf.find")}
        placeholder={t("pdf.findPlaceholder")}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) step(event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") {
            event.stopPropagation();
            onClose();
          }
        }}
        className="h-8 min-w-0 flex-1 rounded-sm bg-transparent px-2 text-sm outline-none sm:w-56"
      />
      <span role="status" className="min-w-16 px-1 text-center text-fg-muted text-meta tabular-nums">
        {query.trim() === "" ? (
          ""
        ) : !none ? (
          t("pdf.findCount", { current: current + 1, total: matches.length })
        ) : reading ? (
          <Spinner label={t("pdf.findReading")} />
        ) : (
          t("pdf.findNone")
        )}
      </span>
      <IconButton label={t("pdf.findPrevious")} size="sm" disabled={none} onClick={() => step(-1)}>
        <ChevronUp aria-hidden />
      </IconButton>
      <IconButton label={t("pdf.findNext")} size="sm" disabled={none} onClick={() => step(1)}>
        <ChevronDown aria-hidden />
      </IconButton>
      <IconButton label={t("pdf.findClose")} size="sm" onClick={onClose}>
        <X aria-hidden />
      </IconButton>
    </search>
  );
}
