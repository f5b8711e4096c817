import { describe, expect, it } from "vitest";
import { shownCalls } from "../tool-card/shown-call";
import { quotesOf, readQuote } from "./quote";
import { testQuote } from "./quote.test-data";
import { quoteWords } from "./quote-words";

describe("readQuote", () => {
  it("reads what the tool gives, points oldest first", () => {
    const quote = readQuote(testQuote());
    expect(quote).toMatchObject({
      symbol: "KUMA.NS",
      currency: "INR",
      range: "1mo",
      day: [1200, 1260],
      year: null,
    });
    expect(quote?.points.map((point) => point.close)).toEqual([1180, 1210.5, 1234.5]);
  });

  it("shows no price without its currency and its time", () => {
    for (const field of ["price", "currency", "time", "symbol"]) {
      expect(readQuote({ ...testQuote(), [field]: undefined })).toBeNull();
    }
    expect(readQuote("12 USD")).toBeNull();
    expect(readQuote({ ...testQuote(), time: "soon" })).toBeNull();
  });

  it("leaves out points that are none, and a time zone that nobody knows", () => {
    const quote = readQuote({
      ...testQuote(),
      timeZone: "Mars/Olympus",
      points: [{ time: "x", close: 1 }, { close: 2 }, null],
    });
    expect(quote).toMatchObject({ timeZone: null, points: [] });
  });
});

describe("quotesOf", () => {
  it("finds quotes of specialists too, the last of each symbol, and none of failed calls", () => {
    const call = (callId: string, tool: string, fields: object) => ({
      callId,
      tool,
      arguments: {},
      effect: "read" as const,
      ok: true,
      summary: "",
      durationMs: 1,
      ...fields,
    });
    const calls = shownCalls(
      [
        call("d", "delegate", {}),
        call("a", "getStockPrice", { parentCallId: "d", result: testQuote({ price: 1 }) }),
        call("b", "getStockPrice", { parentCallId: "d", result: testQuote({ price: 2 }) }),
        call("c", "getStockPrice", { ok: false, result: testQuote({ symbol: "X" }) }),
        call("e", "getStockPrice", { result: testQuote({ symbol: "Y", range: "5y" }) }),
      ],
      undefined,
      false,
    );
    expect(quotesOf(calls).map((quote) => [quote.symbol, quote.price])).toEqual([
      ["KUMA.NS", 2],
      ["Y", 1234.5],
    ]);
  });
});

describe("quoteWords", () => {
  it("tells times in the exchange's zone, and small prices in full", () => {
    const quote = readQuote(testQuote());
    if (!quote) throw new Error("no quote");
    expect(quoteWords(quote, "en-GB").moment(quote.time)).toBe("20 Nov 2026, 15:30 GMT+5:30");
    expect(quoteWords(quote, "en-GB").signed(-3.2)).toBe("-3.20");
    expect(quoteWords({ ...quote, price: 0.000012 }, "en-GB").price(0.000012)).toBe("0.000012");
  });
});
