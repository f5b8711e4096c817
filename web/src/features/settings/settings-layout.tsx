import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, Outlet, useLocation } from "react-router";
import { cn } from "@/lib/cn";
import { PageHeader } from "@/ui/page-header";
import { useTitle } from "@/ui/use-title";

export const SETTINGS_TABS = [
  "profile",
  "appearance",
  "models",
  "tools",
  "security",
  "account",
  "shortcuts",
  "about",
] as const;

/** The frame of all settings: a list of pages at the side, on phones in a row on top. */
export function SettingsLayout() {
  const { t } = useTranslation("settings");
  const { pathname } = useLocation();
  const current = SETTINGS_TABS.find((tab) => pathname.endsWith(`/${tab}`));
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another link to bring into sight
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  useTitle(current === undefined ? t("title") : t(`tabs.${current}`));
  return (
    <>
      <PageHeader className="border-border border-b md:border-transparent">
        <span aria-hidden className="px-1 font-medium text-sm md:hidden">
          {t("title")}
        </span>
      </PageHeader>
      <main className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-x-12 px-5 pb-24 sm:px-8 md:grid-cols-[11rem_minmax(0,1fr)] md:pt-4">
          <div>
            <h1 className="pb-5 font-semibold text-xl max-md:sr-only">{t("title")}</h1>
            <nav
              ref={nav}
              aria-label={t("nav")}
              className="-mx-5 flex gap-1 overflow-x-auto px-5 py-3 sm:-mx-8 sm:px-8 md:sticky md:top-4 md:m-0 md:-ms-3 md:flex-col md:gap-0.5 md:p-0"
            >
              {SETTINGS_TABS.map((tab) => (
                <NavLink
                  key={tab}
                  to={`/settings/${tab}`}
                  className={({ isActive }) =>
                    cn(
                      "flex h-9 shrink-0 items-center whitespace-nowrap rounded-md px-3 text-sm transition-colors duration-120 touch:min-h-11",
                      isActive
                        ? "bg-muted font-medium text-fg"
                        : "text-fg-muted hover:bg-muted hover:text-fg",
                    )
                  }
                >
                  {t(`tabs.${tab}`)}
                </NavLink>
              ))}
            </nav>
          </div>
          <div className="min-w-0 pt-5 md:pt-14">
            <Outlet />
          </div>
        </div>
      </main>
    </>
  );
}
