/**
 * Words on screen. English is complete and typed: `t("chat:composer.send")` with an unknown key does not
 * compile. One file per namespace under locales/en, named like the feature that owns it. What every page needs
 * is in the first load; the other namespaces come with their pages (`loadWords`). `en-XA` is a pseudo-locale
 * (accents, +35 % length) made from English at run time: it shows untranslated and clipped text.
 */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { app } from "./locales/en/app";
import { chat } from "./locales/en/chat";
import { common } from "./locales/en/common";
import { markdown } from "./locales/en/markdown";
import { pseudo } from "./pseudo";

export const DEFAULT_NAMESPACE = "common";
const PSEUDO = "en-XA";

const LATER = {
  attachments: async () => (await import("./locales/en/attachments")).attachments,
  auth: async () => (await import("./locales/en/auth")).auth,
  documents: async () => (await import("./locales/en/documents")).documents,
  landing: async () => (await import("./locales/en/landing")).landing,
  onboarding: async () => (await import("./locales/en/onboarding")).onboarding,
  settings: async () => (await import("./locales/en/settings")).settings,
  tools: async () => (await import("./locales/en/tools")).tools,
};

export type LaterNamespace = keyof typeof LATER;
export const LATER_NAMESPACES = Object.keys(LATER) as LaterNamespace[];

/** Locales a person can choose; the pseudo-locale is for tests and the gallery. */
export const LANGUAGES = [{ tag: "en", label: "English" }] as const;

/** The language for a preference: a supported tag, or for `system` the browser's first one that we have, with its region. */
export function resolveLanguage(
  preference: string,
  browser: readonly string[] = navigator.languages,
): string {
  const wanted = preference === "system" ? browser : [preference];
  const known = wanted.find(
    (tag) => tag === PSEUDO || LANGUAGES.some((language) => language.tag === primary(tag)),
  );
  return known ?? "en";
}

const primary = (tag: string) => tag.split("-")[0] ?? "";

const RTL = new Set(["ar", "fa", "he", "ur"]);

export function initI18n(language = "en"): i18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: "en",
      defaultNS: DEFAULT_NAMESPACE,
      resources: { en: { common, app, chat, markdown } },
      initAsync: false,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
    i18next.on("languageChanged", applyDirection);
    applyDirection(i18next.language);
  }
  return i18next;
}

/** Brings a page's words; a page's code and its words are fetched together. */
export async function loadWords(...namespaces: LaterNamespace[]): Promise<void> {
  await Promise.all(
    namespaces.map(async (ns) => {
      if (i18next.hasResourceBundle("en", ns)) return;
      i18next.addResourceBundle("en", ns, await LATER[ns]());
      if (i18next.language === PSEUDO) addPseudo(ns);
    }),
  );
}

/** Switches language; unknown ones fall back to English. */
export async function setLanguage(tag: string): Promise<void> {
  if (tag === PSEUDO) Object.keys(i18next.services.resourceStore.data["en"] ?? {}).forEach(addPseudo);
  await i18next.changeLanguage(tag);
}

function addPseudo(ns: string): void {
  i18next.addResourceBundle(PSEUDO, ns, pseudo(i18next.getResourceBundle("en", ns)));
}

function applyDirection(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = RTL.has(primary(language)) ? "rtl" : "ltr";
}
