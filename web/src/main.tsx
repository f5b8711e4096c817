import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { preloadErrorPages } from "./app/error-page";
import { initI18n, resolveLanguage } from "./lib/i18n";
import { followAppearance, followLanguage, useAppearance } from "./lib/preferences";
import { followOtherTabs } from "./lib/session";
import { preloadWhenIdle } from "./ui/overlay";
import "./ui/styles.css";

initI18n(resolveLanguage(useAppearance.getState().language));
followAppearance();
followLanguage();
followOtherTabs();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
preloadWhenIdle(preloadErrorPages);
