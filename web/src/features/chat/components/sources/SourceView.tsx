import { ArrowUpRight, FileText, Globe } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/ui/button";
import type { Citation } from "../../api/types";
import { hostOf, targetOf } from "./address";
import { SourceLink } from "./SourceLink";

/** One citation, whole: where it is from, the words that were quoted, and the way there. */
export function SourceView({ citation }: { citation: Citation }) {
  const { t } = useTranslation("tools");
  const target = targetOf(citation);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 text-sm">
      <div className="flex min-w-0 items-start gap-2.5">
        <SourceGlyph citation={citation} />
        <div className="min-w-0">
          <p className="wrap-anywhere line-clamp-3 font-medium">{citation.title}</p>
          <SourcePlace citation={citation} />
        </div>
      </div>
      <blockquote
        dir="auto"
        className="wrap-anywhere max-h-48 overflow-y-auto border-honey border-s-2 ps-3 text-fg"
      >
        {citation.quote}
      </blockquote>
      {target === null ? null : (
        <SourceLink
          citation={citation}
          className={`justify-self-start ${buttonClass({ variant: "secondary", size: "sm" })}`}
        >
          {target.kind === "web" ? t("sources.openPage") : t("sources.openDocument")}
          {target.kind === "web" ? <ArrowUpRight aria-hidden className="rtl:-scale-x-100" /> : null}
        </SourceLink>
      )}
    </div>
  );
}

export function SourceGlyph({ citation }: { citation: Citation }) {
  const Glyph = citation.documentId ? FileText : Globe;
  return <Glyph aria-hidden className="mt-1 size-4 shrink-0 text-fg-muted" />;
}

/** Host or page, where there is one. */
export function SourcePlace({ citation }: { citation: Citation }) {
  const { t } = useTranslation("tools");
  const words = [
    citation.url ? hostOf(citation.url) : "",
    citation.page ? t("sources.page", { page: citation.page }) : "",
  ].filter((word) => word !== "");
  return words.length === 0 ? null : <p className="truncate text-fg-muted text-meta">{words.join(" · ")}</p>;
}
