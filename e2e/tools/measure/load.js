/** From the address to the page, with an empty cache. */
import { enter, quantile } from "./page.js";

/** Opens the page so many times; the medians. */
export async function measureLoad({ times, ...world }) {
  const seen = [];
  for (let time = 0; time < times; time++) seen.push(await once(world));
  const median = (pick) => quantile(seen.map(pick), 0.5);
  return {
    times,
    firstPaint: median((load) => load.firstPaint),
    largestPaint: median((load) => load.largestPaint),
    slowestLargestPaint: Math.max(...seen.map((load) => load.largestPaint)),
    shift: Math.max(...seen.map((load) => load.shift)),
    firstScripts: median((load) => load.firstScripts),
    allScripts: median((load) => load.allScripts),
  };
}

async function once(world) {
  const { page, leave } = await enter({ ...world, before: (page) => page.addInitScript(watch) });
  // What is fetched while the browser is idle belongs to the second figure.
  await page.waitForLoadState("networkidle");
  const load = await page.evaluate(() => {
    const scripts = performance.getEntriesByType("resource").filter(({ name }) => new URL(name).pathname.endsWith(".js"));
    const bytes = (entries) => entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
    const { largestPaint, shift } = globalThis.watched;
    return {
      largestPaint,
      shift,
      firstPaint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      firstScripts: bytes(scripts.filter(({ startTime }) => startTime < largestPaint)),
      allScripts: bytes(scripts),
    };
  });
  await leave();
  return load;
}

/** Runs in the page before everything else. */
function watch() {
  globalThis.watched = { largestPaint: 0, shift: 0 };
  const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe("largest-contentful-paint", ({ startTime }) => {
    globalThis.watched.largestPaint = startTime;
  });
  observe("layout-shift", ({ value, hadRecentInput }) => {
    if (!hadRecentInput) globalThis.watched.shift += value;
  });
}
