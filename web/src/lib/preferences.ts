/**
 * How the app looks in this browser. Kept in localStorage under `kuma.appearance`, which public/theme.js reads
 * before the first paint: keep the two in step.
 */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import { resolveLanguage, setLanguage } from "./i18n";

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

interface Appearance {
  theme: Theme;
  density: Density;
  /** BCP 47 tag, or `system` for the browser's. */
  language: string;
  sidebarOpen: boolean;
  setTheme: (theme: Theme) => void;
  setDensity: (density: Density) => void;
  setLanguage: (language: string) => void;
  setSidebarOpen: (open: boolean) => void;
}

export const useAppearance = create<Appearance>()(
  persist(
    (set) => ({
      theme: "system",
      density: "comfortable",
      language: "system",
      sidebarOpen: true,
      setTheme: (theme) => set({ theme }),
      setDensity: (density) => set({ density }),
      setLanguage: (language) => set({ language }),
      setSidebarOpen: (sidebarOpen) => set({ sidebarOpen }),
    }),
    { name: "kuma.appearance", storage: createJSONStorage(() => localStorage) },
  ),
);

/** Applies theme and density to the document now and on every change, the system's included. Returns the undo. */
export function followAppearance(): () => void {
  const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { theme, density } = useAppearance.getState();
    const dark = theme === "dark" || (theme === "system" && systemDark.matches);
    const root = document.documentElement;
    root.dataset["theme"] = dark ? "dark" : "light";
    root.dataset["density"] = density;
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#191613" : "#fbfaf7");
  };
  apply();
  systemDark.addEventListener("change", apply);
  const unsubscribe = useAppearance.subscribe(apply);
  return () => {
    systemDark.removeEventListener("change", apply);
    unsubscribe();
  };
}

/** Keeps the words in the chosen language, now and on every change. Returns the undo. */
export function followLanguage(): () => void {
  const apply = () => void setLanguage(resolveLanguage(useAppearance.getState().language));
  apply();
  return useAppearance.subscribe((now, before) => {
    if (now.language !== before.language) apply();
  });
}

/** The theme that shows now, for what is drawn outside CSS (diagrams, code themes). */
export function resolvedTheme(): "light" | "dark" {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}
