import { FileText, Globe } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Citation } from "../../api/types";

/** The passages an answer rests on, by their numbers in the text. */
export function Sources({ citations }: { citations: readonly Citation[] }) {
  const { t } = useTranslation("chat");
  if (citations.length === 0) return null;
  const sorted = [...citations].sort((a, b) => a.index - b.index);
  return (
    <section className="mt-5" aria-label={t("sources.title")}>
      <h3 className="mb-1.5 font-medium text-fg-muted text-meta">{t("sources.title")}</h3>
      <ol className="grid gap-1.5">
        {sorted.map((citation) => (
          <li
            key={citation.index}
            className="flex items-start gap-2.5 rounded-md border border-border bg-surface px-3 py-2 text-sm"
          >
            <span className="mt-0.5 grid h-5 min-w-5 place-items-center rounded-xs bg-muted px-1 text-fg-muted text-xs tabular-nums">
              {citation.index}
            </span>
            <div className="min-w-0 flex-1">
              <p className="flex min-w-0 items-center gap-1.5 font-medium">
                {citation.url ? (
                  <Globe aria-hidden className="size-3.5 shrink-0 text-fg-muted" />
                ) : (
                  <FileText aria-hidden className="size-3.5 shrink-0 text-fg-muted" />
                )}
                {citation.url && isWeb(citation.url) ? (
                  <a
                    href={citation.url}
                    target="_blank"
                    rel="noopener noreferrer nofollow"
                    aria-label={t("sources.open", { title: citation.title })}
                    className="truncate hover:underline"
                  >
                    {citation.title}
                  </a>
                ) : (
                  <span className="truncate">{citation.title}</span>
                )}
                {citation.page ? (
                  <span className="shrink-0 font-normal text-fg-muted text-meta">
                    {t("sources.page", { page: citation.page })}
                  </span>
                ) : null}
              </p>
              <blockquote className="mt-0.5 line-clamp-3 text-fg-muted text-meta">
                {citation.quote}
              </blockquote>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Addresses come from outside: only web pages are followed. */
function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
