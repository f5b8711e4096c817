import { PanelLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { MOBILE_QUERY, useMediaQuery } from "@/lib/media";
import { useAppearance } from "@/lib/preferences";
import { shell } from "@/lib/shell";
import { SHORTCUTS } from "@/lib/shortcuts";
import { IconButton } from "./button";

/** Opens the sidebar. Nothing while it stands open beside the page. */
export function SidebarToggle() {
  const { t } = useTranslation("app");
  const mobile = useMediaQuery(MOBILE_QUERY);
  const { sidebarOpen, setSidebarOpen } = useAppearance();
  if (!mobile && sidebarOpen) return null;
  return (
    <IconButton
      label={t("sidebar.open")}
      keys={SHORTCUTS.sidebar}
      tooltipSide="bottom"
      onClick={() => (mobile ? shell.setDrawer(true) : setSidebarOpen(true))}
    >
      <PanelLeft aria-hidden className="rtl:-scale-x-100" />
    </IconButton>
  );
}

/** The bar at the top of every page in the shell: sidebar toggle, then the page's own. */
export function PageHeader({ children, className }: { children?: ReactNode; className?: string }) {
  return (
    <header className={cn("flex h-14 shrink-0 items-center gap-2 px-3", className)}>
      <SidebarToggle />
      {children}
    </header>
  );
}
