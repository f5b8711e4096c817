/** Chromium, and pages that complain about what must never happen on any page. */
import { chromium } from "playwright-core";
import { CHROMIUM } from "./env.js";

/** Starts a browser with an empty profile. */
export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/**
 * A browser context of its own (as another browser) for the server at `origin`. `complaints` fills with what no page may
 * do: throw, log an error, break the content security policy, ask another host. `leadsTo`: an address elsewhere that a
 * person may be led to, as to a login; pages still fetch nothing from it.
 */
export async function openContext(browser, origin, { person, complaints, leadsTo, ...options }) {
  const context = await browser.newContext({
    ...DESKTOP,
    locale: "en-GB",
    ...options,
    ...(person ? { storageState: { cookies: [], origins: [{ origin, localStorage: [{ name: "kuma.token", value: person.token }] }] } } : {}),
  });
  context.setDefaultTimeout(15_000);
  await context.exposeBinding("reportViolation", (_source, text) => complaints.push(`content security policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""} ${event.sample ?? ""}`),
    );
  });
  // Nothing may leave the origin; what tries is noted and does not get out.
  await context.route(
    (url) => /^(https?|wss?):$/.test(url.protocol) && url.origin !== origin,
    (route) => {
      const request = route.request();
      const wanted = leadsTo !== undefined && request.url().startsWith(leadsTo);
      if (wanted && request.isNavigationRequest() && request.frame().parentFrame() === null) return route.continue();
      complaints.push(`a request left the origin: ${request.method()} ${request.url()}`);
      return route.abort();
    },
  );
  context.on("page", (page) => {
    page.on("pageerror", (error) => complaints.push(`error in the page: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      // A refused or failed call is logged by the browser itself; whether it was right is for the test to say.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(`console: ${message.text()}`);
    });
    page.on("crash", () => complaints.push("the page crashed"));
  });
  return context;
}
