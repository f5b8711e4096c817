/** A quote as `getStockPrice` gives it, read with care: it is shown only when price, currency and time are there. */
import { isObject } from "../approval/argument-fields";
import { flatten, type ShownCall } from "../tool-card/shown-call";

export interface QuotePoint {
  /** In milliseconds. */
  time: number;
  close: number;
  high: number | null;
  low: number | null;
}

export const RANGES = ["1d", "5d", "1mo", "6mo", "1y", "5y"] as const;
export type Range = (typeof RANGES)[number];

export interface Quote {
  symbol: string;
  name: string;
  price: number;
  currency: string;
  exchange: string;
  /** In milliseconds. */
  time: number;
  timeZone: string | null;
  change: number | null;
  changePercent: number | null;
  previousClose: number | null;
  day: readonly [low: number, high: number] | null;
  year: readonly [low: number, high: number] | null;
  volume: number | null;
  range: Range;
  /** Oldest first. */
  points: readonly QuotePoint[];
  source: string;
  note: string;
  /** Who was asked before and failed. */
  failed: readonly string[];
}

/** The quotes of an answer, the last of each symbol and range. */
export function quotesOf(calls: readonly ShownCall[]): Quote[] {
  const found = new Map<string, Quote>();
  for (const call of flatten(calls)) {
    if (call.tool !== "getStockPrice" || call.state !== "done") continue;
    const quote = readQuote(call.result);
    if (quote) found.set(`${quote.symbol} ${quote.range}`, quote);
  }
  return [...found.values()];
}

/** Null for what is no quote. */
export function readQuote(value: unknown): Quote | null {
  if (!isObject(value)) return null;
  const text = (name: string) => (typeof value[name] === "string" ? value[name] : "");
  const number = (name: string) => finite(value[name]);
  const pair = (low: string, high: string) => {
    const [from, to] = [number(low), number(high)];
    return from === null || to === null ? null : ([from, to] as const);
  };
  const price = number("price");
  const time = Date.parse(text("time"));
  if (price === null || Number.isNaN(time) || text("symbol") === "" || text("currency") === "") return null;
  return {
    symbol: text("symbol"),
    name: text("name") || text("symbol"),
    price,
    currency: text("currency"),
    exchange: text("exchange"),
    time,
    timeZone: isTimeZone(text("timeZone")) ? text("timeZone") : null,
    change: number("change"),
    changePercent: number("changePercent"),
    previousClose: number("previousClose"),
    day: pair("dayLow", "dayHigh"),
    year: pair("yearLow", "yearHigh"),
    volume: number("volume"),
    range: RANGES.find((range) => range === value["range"]) ?? "1mo",
    points: pointsOf(value["points"]),
    source: text("source"),
    note: text("note"),
    failed: Array.isArray(value["failed"]) ? value["failed"].filter((one) => typeof one === "string") : [],
  };
}

function pointsOf(value: unknown): QuotePoint[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isObject)
    .map((point) => ({
      time: Date.parse(typeof point["time"] === "string" ? point["time"] : ""),
      close: finite(point["close"]),
      high: finite(point["high"]),
      low: finite(point["low"]),
    }))
    .filter((point): point is QuotePoint => !Number.isNaN(point.time) && point.close !== null)
    .sort((a, b) => a.time - b.time);
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isTimeZone(name: string): boolean {
  if (name === "") return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
