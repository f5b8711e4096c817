import { lazy, Suspense, useLayoutEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useNavigate } from "react-router";
import { loadWords } from "@/lib/i18n";
import { MOBILE_QUERY, useIsOnline, useMediaQuery } from "@/lib/media";
import { patiently } from "@/lib/patient";
import { useAppearance } from "@/lib/preferences";
import { useIsSignedIn } from "@/lib/session";
import { shell, useShell } from "@/lib/shell";
import { SHORTCUTS, useShortcut } from "@/lib/shortcuts";
import { Drawer } from "@/ui/drawer";
import { Sidebar } from "./sidebar";

const Palette = lazy(
  patiently(async () => {
    const [module] = await Promise.all([import("./palette"), loadWords("settings")]);
    return { default: module.Palette };
  }),
);
const ShortcutHelp = lazy(
  patiently(async () => ({ default: (await import("./shortcut-help")).ShortcutHelp })),
);

/** The frame around every page of a signed-in person: sidebar, page, and what opens over them. */
export function AppLayout() {
  const { t } = useTranslation("app");
  const signedIn = useIsSignedIn();
  const mobile = useMediaQuery(MOBILE_QUERY);
  const sidebarOpen = useAppearance((state) => state.sidebarOpen);
  const { drawerOpen, paletteOpen, helpOpen } = useShell();
  useGlobalShortcuts(mobile);
  useCloseOnNavigation();

  if (!signedIn) return <Navigate to="/login" replace />;
  return (
    <div className="flex h-dvh overflow-hidden bg-bg">
      <a
        href="#page"
        className="sr-only z-60 rounded-md bg-surface px-4 py-2 font-medium text-sm shadow-md focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t("skipToContent")}
      </a>
      {mobile ? (
        <Drawer open={drawerOpen} onOpenChange={shell.setDrawer} title={t("sidebar.label")}>
          <Sidebar onClose={() => shell.setDrawer(false)} />
        </Drawer>
      ) : sidebarOpen ? (
        <aside
          aria-label={t("sidebar.label")}
          className="flex w-(--sidebar-width) shrink-0 flex-col border-border border-e bg-sunken"
        >
          <Sidebar onClose={() => useAppearance.getState().setSidebarOpen(false)} />
        </aside>
      ) : null}
      <div id="page" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col outline-none">
        <Outlet />
        <OfflinePill />
      </div>
      <Suspense>
        {paletteOpen ? <Palette /> : null}
        {helpOpen ? <ShortcutHelp /> : null}
      </Suspense>
    </div>
  );
}

function useGlobalShortcuts(mobile: boolean): void {
  const navigate = useNavigate();
  useShortcut(SHORTCUTS.newChat, () => void navigate("/chat"));
  useShortcut(SHORTCUTS.palette, () => shell.setPalette(!useShell.getState().paletteOpen));
  useShortcut(SHORTCUTS.help, () => shell.setHelp(!useShell.getState().helpOpen));
  useShortcut(SHORTCUTS.sidebar, () => {
    if (mobile) shell.setDrawer(!useShell.getState().drawerOpen);
    else useAppearance.getState().setSidebarOpen(!useAppearance.getState().sidebarOpen);
  });
}

function useCloseOnNavigation(): void {
  const { key } = useLocation();
  // Before anybody can touch the page: what is opened on it after that stays open.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what tells one navigation from the next
  useLayoutEffect(() => shell.setDrawer(false), [key]);
}

/** A server on this machine is there without any network. */
const isLocal = /^(localhost|127\.|\[::1\]|.*\.localhost$)/.test(location.hostname);

function OfflinePill() {
  const { t } = useTranslation("app");
  const online = useIsOnline() || isLocal;
  return (
    <div
      aria-live="polite"
      className="pointer-events-none absolute inset-x-0 top-16 z-30 flex justify-center px-4"
    >
      {online ? null : (
        <p className="animate-appear rounded-full border border-border bg-surface px-4 py-1.5 text-fg-muted text-meta shadow-md">
          {t("offline")}
        </p>
      )}
    </div>
  );
}
