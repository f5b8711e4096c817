import { useTranslation } from "react-i18next";
import { Markdown } from "@/markdown/Markdown";
import { isObject } from "../../approval/argument-fields";
import { type Item, ItemList, itemsOf, str } from "./ItemList";

/** A report with the quotes and pages it rests on, what it took, and what to know about how it was made. */
export function ResearchView({ report, id }: { report: Record<string, unknown>; id: string }) {
  const { t } = useTranslation("tools");
  const used = isObject(report["used"]) ? report["used"] : {};
  const notes = Array.isArray(report["notes"])
    ? report["notes"].filter((note) => typeof note === "string")
    : [];
  const count = (name: string) => (typeof used[name] === "number" ? used[name] : 0);
  const sources = citationsOf(report["citations"]) ?? itemsOf(report["sources"]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3.5">
      <div
        dir="auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        role="group"
        aria-label={t("research.report")}
        className="max-h-112 overflow-y-auto rounded-sm bg-muted px-3.5 py-3 [&_.md]:text-sm! [&_.md]:leading-5.5!"
      >
        <Markdown text={str(report["report"])} id={`${id}-report`} />
      </div>
      <div className="min-w-0">
        <p className="mb-1 text-fg-muted text-xs">{t("research.sources")}</p>
        <ItemList items={sources} />
      </div>
      {notes.length > 0 ? (
        <div className="min-w-0">
          <p className="mb-1 text-fg-muted text-xs">{t("research.notes")}</p>
          <ul className="list-disc ps-4 text-sm">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <p className="text-fg-muted text-meta">
        {t("research.used", {
          searches: count("searches"),
          pages: count("pages"),
          seconds: count("seconds"),
        })}
      </p>
    </div>
  );
}

/** What the numbers in the report stand for; null when it has none. */
function citationsOf(value: unknown): Item[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.filter(isObject).flatMap((citation) =>
    itemsOf([citation]).map((item) => ({
      ...item,
      title: `${String(citation["number"])}. ${item.title}`,
      snippet: `“${str(citation["quote"])}”`,
    })),
  );
}
