// Runs before the first paint, as its own file because the Content-Security-Policy allows no inline script.
// Keep in step with src/lib/preferences.ts, which writes these keys.
(() => {
  const root = document.documentElement;
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem("kuma.appearance") ?? "{}").state ?? {};
  } catch {
    // Storage is blocked or holds something else: the defaults below stand.
  }
  const dark =
    stored.theme === "dark" ||
    (stored.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.density = stored.density === "compact" ? "compact" : "comfortable";
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#191613" : "#fbfaf7");
})();
