/** What a call came to, in the form that suits its tool. Loaded when a card is first opened. */
import { useTranslation } from "react-i18next";
import { Markdown } from "@/markdown/Markdown";
import { isObject } from "../../approval/argument-fields";
import { DELEGATE, type ShownCall } from "../shown-call";
import { CompanyView } from "./CompanyView";
import { type Item, ItemList, itemsOf, str } from "./ItemList";
import { ResearchView } from "./ResearchView";

export default function ResultView({ call }: { call: ShownCall }) {
  const { t, i18n } = useTranslation("tools");
  const { result } = call;
  if (isObject(result)) {
    switch (call.tool) {
      case DELEGATE:
        return <Answer text={str(result["answer"])} id={call.callId} />;
      case "webSearch":
        return <ItemList items={itemsOf(result["results"])} />;
      case "getFinancialNews":
        return <ItemList items={itemsOf(result["items"]).map((item) => withTime(item, i18n.language))} />;
      case "getPageContent":
        return <ItemList items={itemsOf([{ ...result, snippet: result["preview"] }])} />;
      case "getCompanyInfo":
        return <CompanyView company={result} />;
      case "deepResearch":
        return <ResearchView report={result} id={call.callId} />;
      case "getStockPrice":
        // Its own card stands below.
        return <p className="text-fg-muted text-sm">{call.summary}</p>;
    }
  }
  return <Plain value={result} fallback={call.summary || t("call.noResult")} />;
}

function withTime(item: Item, language: string): Item {
  const time = new Date(item.publishedAt ?? "");
  if (Number.isNaN(time.getTime())) return item;
  const words = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(time);
  return { ...item, by: [item.by, words].filter(Boolean).join(", ") };
}

function Answer({ text, id }: { text: string; id: string }) {
  return (
    <div dir="auto" className="[&_.md]:text-sm! [&_.md]:leading-5.5!">
      <Markdown text={text} id={`${id}-answer`} />
    </div>
  );
}

/** Text as it is, anything else as JSON. */
function Plain({ value, fallback }: { value: unknown; fallback: string }) {
  const { t } = useTranslation("tools");
  const text =
    value === undefined || value === null
      ? fallback
      : typeof value === "string"
        ? value
        : JSON.stringify(value, null, 2);
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={t("call.result")}
      className="wrap-anywhere max-h-64 overflow-auto whitespace-pre-wrap rounded-sm bg-muted px-3 py-2 font-mono text-xs"
    >
      {text}
    </pre>
  );
}
