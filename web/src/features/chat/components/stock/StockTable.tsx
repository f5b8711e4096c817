import { useTranslation } from "react-i18next";
import type { Quote } from "./quote";
import type { QuoteWords } from "./quote-words";

/** The chart's points to be read, newest first. */
export function StockTable({ quote, words }: { quote: Quote; words: QuoteWords }) {
  const { t } = useTranslation("tools");
  const caption = t("stock.caption", {
    name: quote.name,
    range: t(`stock.ranges.${quote.range}`),
    currency: quote.currency,
  });
  const price = (value: number | null) => (value === null ? "–" : words.price(value));
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={caption}
      className="max-h-72 overflow-auto border-border border-t"
    >
      <table className="w-full text-sm tabular-nums">
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 bg-surface text-fg-muted text-meta">
          <tr className="border-border border-b [&>th]:px-4 [&>th]:py-2 [&>th]:font-medium sm:[&>th]:px-5">
            <th scope="col" className="text-start">
              {t("stock.time")}
            </th>
            <th scope="col" className="text-end">
              {t("stock.close")}
            </th>
            <th scope="col" className="text-end">
              {t("stock.high")}
            </th>
            <th scope="col" className="text-end">
              {t("stock.low")}
            </th>
          </tr>
        </thead>
        <tbody className="[&_td]:px-4 [&_td]:py-1.5 sm:[&_td]:px-5">
          {[...quote.points].reverse().map((point) => (
            <tr key={point.time} className="border-border border-b last:border-b-0">
              <td>{words.point(point.time)}</td>
              <td className="text-end">{price(point.close)}</td>
              <td className="text-end">{price(point.high)}</td>
              <td className="text-end">{price(point.low)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
