/** Services that tools ask: a search engine (SearXNG's protocol) and market data (Yahoo's), on one port of loopback. */
import { createServer } from "node:http";

/** What the search engine finds, whatever it is asked. */
export const PAGE = {
  url: "https://bears.example/sleep",
  title: "How bears sleep through the winter",
  content: "Bears sleep through the winter because food is scarce. Their heart beats eight times a minute.",
};

/** 20 November 2026, 21:00 UTC, in seconds. */
const CLOSE = Date.UTC(2026, 10, 20, 21) / 1000;
const PRICE = 271.49;

export class Services {
  #server;
  #held = null;
  url = "";

  static async start() {
    const services = new Services();
    services.#server = createServer((request, response) => void services.#answer(new URL(request.url, services.url), response));
    await new Promise((resolve) => services.#server.listen(0, "127.0.0.1", resolve));
    services.url = `http://127.0.0.1:${services.#server.address().port}`;
    return services;
  }

  /** Settings with which the server uses them. */
  get env() {
    return { SEARXNG_URL: this.url, YAHOO_FINANCE_BASE_URL: this.url };
  }

  /** Searches wait from now on; gives the function that lets them go. */
  hold() {
    let release;
    this.#held = new Promise((resolve) => {
      release = () => {
        this.#held = null;
        resolve();
      };
    });
    return release;
  }

  async #answer(url, response) {
    const json = (body, status = 200) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/search") {
      await this.#held;
      return json({ query: url.searchParams.get("q"), number_of_results: 1, results: [{ ...PAGE, engine: "test", engines: ["test"], publishedDate: null, score: 1, category: "general" }], answers: [], suggestions: [], infoboxes: [], unresponsive_engines: [] });
    }
    if (url.pathname === "/v8/finance/chart/KUMA") return json(chart(url.searchParams.get("range")));
    if (url.pathname.startsWith("/v8/finance/chart/")) return json({ chart: { result: null, error: { code: "Not Found", description: "No data found" } } }, 404);
    if (url.pathname === "/v1/finance/search") return json({ quotes: [], news: [], count: 0 });
    return json({ error: "no such place" }, 404);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function chart(range) {
  const step = range === "1d" ? 300 : 86_400;
  const count = 22;
  const close = Array.from({ length: count }, (_, index) => (index === count - 1 ? PRICE : 262 + 9 * Math.sin(index / 3.2) + index * 0.4));
  const meta = {
    symbol: "KUMA",
    currency: "USD",
    exchangeName: "NMS",
    fullExchangeName: "NasdaqGS",
    instrumentType: "EQUITY",
    longName: "Kuma Industries",
    regularMarketPrice: PRICE,
    regularMarketTime: CLOSE,
    chartPreviousClose: 266.25,
    regularMarketDayHigh: 273.33,
    regularMarketDayLow: 265.67,
    regularMarketVolume: 59_030_832,
    fiftyTwoWeekHigh: 277.32,
    fiftyTwoWeekLow: 169.21,
    exchangeTimezoneName: "America/New_York",
    range,
  };
  const timestamp = close.map((_, index) => CLOSE - (count - 1 - index) * step);
  const quote = { open: close, high: close.map((value) => value + 2), low: close.map((value) => value - 2), close, volume: close.map(() => 1000) };
  return { chart: { error: null, result: [{ meta, timestamp, indicators: { quote: [quote] } }] } };
}
