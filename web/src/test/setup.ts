import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { initI18n, LATER_NAMESPACES, loadWords, setLanguage } from "@/lib/i18n";
import { session } from "@/lib/session";
import { installBrowserApis } from "./browser";
import { server } from "./server";

installBrowserApis();
initI18n();
await loadWords(...LATER_NAMESPACES);

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => installBrowserApis());
afterEach(async () => {
  cleanup();
  server.resetHandlers();
  session.signOut();
  localStorage.clear();
  sessionStorage.clear();
  await setLanguage("en");
});
afterAll(() => server.close());
