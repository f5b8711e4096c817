import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import type { Citation } from "../../api/types";
import { SourceLink } from "./SourceLink";
import { SourceGlyph, SourcePlace } from "./SourceView";

/** More than this opens on request. */
const SHOWN = 4;

/** What an answer rests on: each source once, with the words quoted from it by their numbers in the text. */
export function Sources({ citations }: { citations: readonly Citation[] }) {
  const { t } = useTranslation("tools");
  const [all, setAll] = useState(false);
  const groups = bySource(citations);
  const shown = all ? groups : groups.slice(0, SHOWN);
  return (
    <section className="mt-5" aria-label={t("sources.title")}>
      <h3 className="mb-1.5 font-medium text-fg-muted text-meta">{t("sources.title")}</h3>
      <ul className="grid grid-cols-[minmax(0,1fr)] divide-y divide-border rounded-lg border border-border bg-surface">
        {shown.map((group) => {
          const [first] = group;
          return (
            <li key={first.index} className="min-w-0 px-3.5 py-2.5 text-sm">
              <div className="flex min-w-0 items-start gap-2.5">
                <SourceGlyph citation={first} />
                <div className="min-w-0 flex-1">
                  <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
                    <SourceLink
                      citation={first}
                      className="min-w-0 truncate font-medium decoration-border underline-offset-3 hover:underline"
                    >
                      {first.title}
                    </SourceLink>
                    <SourcePlace citation={first} />
                  </div>
                  <ol className="mt-1 grid grid-cols-[minmax(0,1fr)] gap-1">
                    {group.map((citation) => (
                      <li key={citation.index} className="flex min-w-0 items-baseline gap-2">
                        <span className="grid h-4.5 min-w-4.5 shrink-0 place-items-center rounded-full bg-muted px-1 text-fg-muted text-xs tabular-nums">
                          {citation.index}
                        </span>
                        <blockquote dir="auto" className="wrap-anywhere line-clamp-2 text-fg-muted text-meta">
                          {citation.quote}
                        </blockquote>
                      </li>
                    ))}
                  </ol>
                </div>
              </div>
            </li>
          );
        })}
      </ul>
      {groups.length > SHOWN ? (
        <Button variant="link" size="sm" className="mt-2" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("sources.fewer") : t("sources.all", { count: groups.length - SHOWN })}
        </Button>
      ) : null}
    </section>
  );
}

type Group = [Citation, ...Citation[]];

/** Citations of one page or document together, in the order of their first numbers. */
function bySource(citations: readonly Citation[]): Group[] {
  const groups = new Map<string, Group>();
  for (const citation of [...citations].sort((a, b) => a.index - b.index)) {
    const place = citation.documentId ?? citation.url;
    const key = place ? `${place}#${citation.page ?? ""}` : `#${citation.index}`;
    const group = groups.get(key);
    if (group) group.push(citation);
    else groups.set(key, [citation]);
  }
  return [...groups.values()];
}
