import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { initI18n, LATER_NAMESPACES, loadWords, setLanguage } from "@/lib/i18n";
import { session } from "@/lib/session";
import { installBrowserApis } from "./browser";
import { server } from "./server";

// Pages are fetched when first opened, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 20_000 });
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
