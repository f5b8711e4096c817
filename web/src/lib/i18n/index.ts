/**
 * Words on screen. English is complete and typed: `t("chat:composer.send")` with an unknown key does not
 * compile. One file per namespace under locales/en, named like the feature that owns it. `en-XA` is a
 * pseudo-locale (accents, +35 % length) made from English at run time: it shows untranslated and clipped text.
 */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./locales/en";
import { pseudo } from "./pseudo";

export const NAMESPACES = Object.keys(en) as (keyof typeof en)[];
export const DEFAULT_NAMESPACE = "common";

/** Locales a person can choose; the pseudo-locale is for tests and the gallery. */
export const LANGUAGES = [{ tag: "en", label: "English" }] as const;

const RTL = new Set(["ar", "fa", "he", "ur"]);

export function initI18n(language = "en"): i18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: "en",
      ns: NAMESPACES,
      defaultNS: DEFAULT_NAMESPACE,
      resources: { en },
      initAsync: false,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
    i18next.on("languageChanged", applyDirection);
    applyDirection(i18next.language);
  }
  return i18next;
}

/** Switches language; unknown ones fall back to English. */
export async function setLanguage(tag: string): Promise<void> {
  if (tag === "en-XA" && !i18next.hasResourceBundle("en-XA", DEFAULT_NAMESPACE)) {
    for (const ns of NAMESPACES) i18next.addResourceBundle("en-XA", ns, pseudo(en[ns]));
  }
  await i18next.changeLanguage(tag);
}

function applyDirection(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = RTL.has(language.split("-")[0] ?? "") ? "rtl" : "ltr";
}
