import { TrendingDown, TrendingUp } from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Button } from "@/ui/button";
import { Skeleton } from "@/ui/skeleton";
import type { Quote } from "./quote";
import { type QuoteWords, quoteWords } from "./quote-words";
import { StockTable } from "./StockTable";

const StockChart = lazy(() => import("./StockChart"));

/** A price with its currency, its exchange and its time; its chart, the same as a table, and what stands around it. */
export function StockCard({ quote }: { quote: Quote }) {
  const { t, i18n } = useTranslation("tools");
  const [table, setTable] = useState(false);
  const id = useId();
  const words = quoteWords(quote, i18n.language);
  return (
    <section
      aria-label={t("stock.label", { name: quote.name })}
      className="overflow-hidden rounded-xl border border-border bg-surface shadow-xs"
    >
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 pt-4 sm:px-5">
        <div className="min-w-0">
          <h3 className="wrap-anywhere font-semibold text-base">{quote.name}</h3>
          <p className="text-fg-muted text-meta">
            {[quote.symbol, quote.exchange].filter(Boolean).join(" · ")}
          </p>
        </div>
        <div className="ms-auto text-end">
          <p className="font-semibold text-xl tabular-nums">
            {words.price(quote.price)}{" "}
            <span className="font-medium text-fg-muted text-sm">{quote.currency}</span>
          </p>
          <Change quote={quote} words={words} />
          <p className="text-fg-muted text-meta">
            <time dateTime={new Date(quote.time).toISOString()}>{words.moment(quote.time)}</time>
          </p>
        </div>
      </header>
      {quote.points.length > 1 ? (
        <div className="px-2 pt-3 sm:px-3">
          <Suspense fallback={<Skeleton className="h-48 rounded-md" />}>
            <StockChart quote={quote} words={words} label={chartLabel(quote, words, t)} />
          </Suspense>
        </div>
      ) : (
        <p className="px-4 pt-3 text-fg-muted text-sm sm:px-5">
          {t("stock.noChart", { source: quote.source })}
        </p>
      )}
      <Facts quote={quote} words={words} />
      <footer className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-border border-t px-4 py-2.5 sm:px-5">
        <p className="min-w-0 text-fg-muted text-meta">
          {t("stock.source", { source: quote.source, note: quote.note })}
          {quote.failed.map((failed) => (
            <span key={failed} className="block">
              {t("stock.fallback", { failed, source: quote.source })}
            </span>
          ))}
        </p>
        {quote.points.length > 1 ? (
          <Button
            variant="link"
            size="sm"
            aria-expanded={table}
            aria-controls={id}
            onClick={() => setTable(!table)}
          >
            {table ? t("stock.hideTable") : t("stock.table")}
          </Button>
        ) : null}
      </footer>
      <div id={id} hidden={!table}>
        {table ? <StockTable quote={quote} words={words} /> : null}
      </div>
    </section>
  );
}

function Change({ quote, words }: { quote: Quote; words: QuoteWords }) {
  const { t } = useTranslation("tools");
  if (quote.change === null || quote.changePercent === null) return null;
  const up = quote.change >= 0;
  const Arrow = up ? TrendingUp : TrendingDown;
  return (
    <p
      className={cn(
        "inline-flex items-center gap-1.5 font-medium text-sm tabular-nums",
        up ? "text-ok" : "text-danger",
      )}
    >
      <Arrow aria-hidden className="size-4" />
      {t("stock.change", { change: words.signed(quote.change), percent: words.percent(quote.changePercent) })}
      <span className="sr-only">{t("stock.since")}</span>
    </p>
  );
}

function Facts({ quote, words }: { quote: Quote; words: QuoteWords }) {
  const { t } = useTranslation("tools");
  const between = (pair: readonly [number, number] | null) =>
    pair === null ? null : t("stock.range", { low: words.price(pair[0]), high: words.price(pair[1]) });
  const facts: [string, string | null][] = [
    [t("stock.previousClose"), quote.previousClose === null ? null : words.price(quote.previousClose)],
    [t("stock.day"), between(quote.day)],
    [t("stock.year"), between(quote.year)],
    [t("stock.volume"), quote.volume === null ? null : words.whole(quote.volume)],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== null);
  if (known.length === 0) return <div className="h-3" />;
  return (
    <dl className="grid grid-cols-2 gap-x-5 gap-y-2.5 px-4 py-3.5 text-sm sm:flex sm:flex-wrap sm:gap-x-9 sm:px-5">
      {known.map(([term, value]) => (
        <div key={term} className="min-w-0">
          <dt className="text-fg-muted text-meta">{term}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function chartLabel(
  quote: Quote,
  words: QuoteWords,
  t: ReturnType<typeof useTranslation<"tools">>["t"],
): string {
  const closes = quote.points.map((point) => point.close);
  const [first, last] = [quote.points[0], quote.points.at(-1)];
  if (!first || !last) return "";
  return t("stock.chart", {
    name: quote.name,
    range: t(`stock.ranges.${quote.range}`),
    first: words.price(first.close),
    from: words.point(first.time),
    last: words.price(last.close),
    to: words.point(last.time),
    low: words.price(Math.min(...closes)),
    high: words.price(Math.max(...closes)),
    currency: quote.currency,
  });
}
