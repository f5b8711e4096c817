import { BookMarked, Files, PanelLeftClose, Search, SquarePen } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { cn } from "@/lib/cn";
import { patiently } from "@/lib/patient";
import { shell } from "@/lib/shell";
import { ariaChord, SHORTCUTS } from "@/lib/shortcuts";
import { IconButton } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { Wordmark } from "@/ui/logo";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { UserMenu } from "./user-menu";

const ChatSidebar = lazy(
  patiently(async () => ({
    default: (await import("@/features/chat/components/sidebar/ChatSidebar")).ChatSidebar,
  })),
);

const rowClass = cn(
  "flex h-9 w-full cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-start text-sm transition-colors duration-120",
  "text-fg hover:bg-hover touch:min-h-11 [&_kbd]:opacity-0 [&_kbd]:transition-opacity hover:[&_kbd]:opacity-100 focus-visible:[&_kbd]:opacity-100",
);

/** What stands in the sidebar or the drawer: mark, new chat, search, the chats, the user. */
export function Sidebar({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  return (
    <>
      <div className="flex h-14 shrink-0 items-center justify-between ps-4 pe-2.5">
        <Link to="/chat" className="-m-1 flex items-center rounded-sm p-1 touch:min-h-11">
          <Wordmark />
        </Link>
        <IconButton
          label={t("sidebar.close")}
          keys={SHORTCUTS.sidebar}
          tooltipSide="bottom"
          onClick={onClose}
        >
          <PanelLeftClose aria-hidden className="rtl:-scale-x-100" />
        </IconButton>
      </div>
      <div className="grid shrink-0 gap-0.5 px-2.5 pb-2">
        <Link to="/chat" className={rowClass} aria-keyshortcuts={ariaChord(SHORTCUTS.newChat)}>
          <SquarePen aria-hidden className="size-4 text-accent-text" />
          <span className="flex-1 font-medium">{t("sidebar.newChat")}</span>
          <span aria-hidden>
            <Kbd keys={SHORTCUTS.newChat} />
          </span>
        </Link>
        <button
          type="button"
          className={rowClass}
          aria-keyshortcuts={ariaChord(SHORTCUTS.palette)}
          onClick={() => shell.setPalette(true)}
        >
          <Search aria-hidden className="size-4 text-fg-muted" />
          <span className="flex-1">{t("sidebar.search")}</span>
          <span aria-hidden>
            <Kbd keys={SHORTCUTS.palette} />
          </span>
        </button>
        <NavLink to="/documents" className={({ isActive }) => cn(rowClass, isActive && "bg-hover")}>
          <Files aria-hidden className="size-4 text-fg-muted" />
          <span className="flex-1">{t("sidebar.documents")}</span>
        </NavLink>
        <NavLink to="/memories" className={({ isActive }) => cn(rowClass, isActive && "bg-hover")}>
          <BookMarked aria-hidden className="size-4 text-fg-muted" />
          <span className="flex-1">{t("sidebar.memories")}</span>
        </NavLink>
      </div>
      <div className="flex min-h-0 flex-1 flex-col">
        <Suspense fallback={<ListSkeleton />}>
          <ChatSidebar onNavigate={() => shell.setDrawer(false)} />
        </Suspense>
      </div>
      <div className="shrink-0 border-border border-t p-2">
        <UserMenu />
      </div>
    </>
  );
}

function ListSkeleton() {
  return (
    <Delayed>
      <div className="grid gap-3 px-5 pt-3">
        {[72, 54, 88, 63, 47].map((width) => (
          <span key={width} style={{ width: `${width}%` }}>
            <Skeleton className="h-4" />
          </span>
        ))}
      </div>
    </Delayed>
  );
}
