/** Numbers and times of a quote in the reader's language, times in the exchange's own time zone. */
import type { Quote } from "./quote";

export interface QuoteWords {
  price: (value: number) => string;
  signed: (value: number) => string;
  percent: (value: number) => string;
  whole: (value: number) => string;
  /** With the zone's name. */
  moment: (time: number) => string;
  /** As short as the chart's range allows. */
  point: (time: number) => string;
  /** Below the chart: shorter still. */
  axis: (time: number) => string;
}

export function quoteWords(quote: Quote, language: string): QuoteWords {
  const zone = quote.timeZone === null ? {} : { timeZone: quote.timeZone };
  // Small prices need more places: 0.00001234 is no zero.
  const digits = quote.price !== 0 && Math.abs(quote.price) < 1 ? 6 : 2;
  const decimals = { minimumFractionDigits: 2, maximumFractionDigits: digits };
  const price = new Intl.NumberFormat(language, decimals);
  const signed = new Intl.NumberFormat(language, { ...decimals, signDisplay: "exceptZero" });
  const percent = new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "exceptZero",
  });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const moment = new Intl.DateTimeFormat(language, {
    ...zone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  const point = new Intl.DateTimeFormat(
    language,
    quote.range === "1d" || quote.range === "5d"
      ? { ...zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }
      : { ...zone, day: "numeric", month: "short", year: "numeric" },
  );
  const axis = new Intl.DateTimeFormat(
    language,
    quote.range === "1d"
      ? { ...zone, hour: "2-digit", minute: "2-digit" }
      : quote.range === "1y" || quote.range === "5y"
        ? { ...zone, month: "short", year: "numeric" }
        : { ...zone, day: "numeric", month: "short" },
  );
  return {
    price: (value) => price.format(value),
    signed: (value) => signed.format(value),
    percent: (value) => percent.format(value / 100),
    whole: (value) => whole.format(value),
    moment: (time) => moment.format(time),
    point: (time) => point.format(time),
    axis: (time) => axis.format(time),
  };
}
