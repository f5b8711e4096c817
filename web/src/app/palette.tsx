import { Dialog as Base } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import {
  BookMarked,
  Box,
  CircleUser,
  Info,
  Keyboard,
  LogOut,
  MessageCircle,
  Palette as PaletteIcon,
  PanelLeft,
  Search,
  ShieldCheck,
  SquarePen,
  SunMoon,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useChatPaletteItems } from "@/features/chat/palette";
import { cn } from "@/lib/cn";
import { useAppearance } from "@/lib/preferences";
import { session } from "@/lib/session";
import { shell, useShell } from "@/lib/shell";
import { SHORTCUTS } from "@/lib/shortcuts";
import { backdropClass } from "@/ui/dialog-class";
import { Kbd } from "@/ui/kbd";
import { THEMES } from "./user-menu";

const itemClass = cn(
  "flex min-h-10 cursor-pointer select-none items-center gap-3 rounded-md px-3 text-sm outline-none",
  "data-[selected=true]:bg-hover touch:min-h-11 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-fg-muted",
);

/** ⌘K: chats, pages and actions from one field. */
export function Palette() {
  const { t } = useTranslation("app");
  const open = useShell((state) => state.paletteOpen);
  const [query, setQuery] = useState("");
  const chats = useChatPaletteItems(query);
  const navigate = useNavigate();
  const { sidebarOpen, setSidebarOpen, setTheme } = useAppearance();

  const run = (action: () => void) => () => {
    shell.setPalette(false);
    action();
  };
  const go = (to: string) => run(() => void navigate(to));

  return (
    <Base.Root open={open} onOpenChange={shell.setPalette}>
      <Base.Portal>
        <Base.Backdrop className={backdropClass} />
        <Base.Popup
          className={cn(
            "fixed inset-x-4 top-[min(14vh,7rem)] z-50 mx-auto flex max-h-[min(30rem,72dvh)] max-w-xl flex-col overflow-hidden rounded-xl border border-border bg-surface shadow-lg outline-none",
            "transition-[opacity,scale] duration-140 ease-out data-ending-style:scale-98 data-starting-style:scale-98 data-ending-style:opacity-0 data-starting-style:opacity-0",
          )}
        >
          <Base.Title className="sr-only">{t("palette.title")}</Base.Title>
          <Command label={t("palette.title")} loop className="flex min-h-0 flex-col">
            <div className="flex items-center gap-3 border-border border-b px-4.5">
              <Search aria-hidden className="size-4.5 shrink-0 text-fg-subtle" />
              <Command.Input
                value={query}
                onValueChange={setQuery}
                placeholder={t("palette.placeholder")}
                className="h-13 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-fg-subtle"
              />
            </div>
            <Command.List className="min-h-0 flex-1 scroll-py-2 overflow-y-auto p-2">
              <Command.Empty className="px-3 py-8 text-center text-fg-muted text-sm">
                {t("palette.empty", { query, interpolation: { escapeValue: false } })}
              </Command.Empty>
              <Group heading={t("palette.groups.actions")}>
                <Item icon={<SquarePen aria-hidden />} keys={SHORTCUTS.newChat} onSelect={go("/chat")}>
                  {t("palette.newChat")}
                </Item>
                <Item
                  icon={<PanelLeft aria-hidden />}
                  keys={SHORTCUTS.sidebar}
                  onSelect={run(() => setSidebarOpen(!sidebarOpen))}
                >
                  {t("palette.toggleSidebar")}
                </Item>
                {THEMES.map((theme) => (
                  <Item key={theme} icon={<SunMoon aria-hidden />} onSelect={run(() => setTheme(theme))}>
                    {t("palette.useTheme", { theme: t(`theme.${theme}`).toLowerCase() })}
                  </Item>
                ))}
                <Item
                  icon={<Keyboard aria-hidden />}
                  keys={SHORTCUTS.help}
                  onSelect={run(() => shell.setHelp(true))}
                >
                  {t("palette.shortcuts")}
                </Item>
                <Item icon={<LogOut aria-hidden />} onSelect={run(() => session.signOut())}>
                  {t("palette.signOut")}
                </Item>
              </Group>
              <PagesGroup go={go} />
              {chats.length === 0 ? null : (
                <Group heading={t("palette.groups.chats")}>
                  {chats.map((chat) => (
                    <Command.Item
                      // cmdk counts an item when it comes, not when its value changes.
                      key={`${chat.id} ${chat.found}`}
                      // Found by the server, in the text of messages too: the palette must not sift them again.
                      value={chat.found ? `${chat.title} ${query} ${chat.id}` : `${chat.title} ${chat.id}`}
                      onSelect={go(chat.to)}
                      className={itemClass}
                    >
                      <MessageCircle aria-hidden />
                      <span className="min-w-0 flex-1 truncate">{chat.title}</span>
                      {chat.hint === undefined ? null : (
                        <span className="max-w-44 shrink-0 truncate text-fg-subtle text-meta">
                          {chat.hint}
                        </span>
                      )}
                    </Command.Item>
                  ))}
                </Group>
              )}
            </Command.List>
            <p className="hidden items-center gap-2 border-border border-t px-4.5 py-2.5 text-fg-subtle text-xs sm:flex">
              <Kbd keys="arrowup" />
              <Kbd keys="arrowdown" />
              {t("palette.hint")}
            </p>
          </Command>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function PagesGroup({ go }: { go: (to: string) => () => void }) {
  const { t } = useTranslation(["app", "settings"]);
  const pages = [
    { to: "/memories", label: t("app:sidebar.memories"), icon: <BookMarked aria-hidden /> },
    { to: "/settings/profile", label: t("settings:tabs.profile"), icon: <CircleUser aria-hidden /> },
    { to: "/settings/appearance", label: t("settings:tabs.appearance"), icon: <PaletteIcon aria-hidden /> },
    { to: "/settings/models", label: t("settings:tabs.models"), icon: <Box aria-hidden /> },
    { to: "/settings/security", label: t("settings:tabs.security"), icon: <ShieldCheck aria-hidden /> },
    { to: "/settings/about", label: t("settings:tabs.about"), icon: <Info aria-hidden /> },
  ];
  return (
    <Group heading={t("app:palette.groups.pages")}>
      {pages.map((page) => (
        <Item key={page.to} icon={page.icon} onSelect={go(page.to)} keywords={[t("settings:title")]}>
          {page.label}
        </Item>
      ))}
    </Group>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="pb-1.5 **:[[cmdk-group-heading]]:px-3 **:[[cmdk-group-heading]]:py-1.5 **:[[cmdk-group-heading]]:text-fg-subtle **:[[cmdk-group-heading]]:text-xs"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  icon: ReactNode;
  keys?: string;
  keywords?: string[];
  onSelect: () => void;
  children: string;
}

function Item({ icon, keys, keywords, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={children}
      {...(keywords === undefined ? {} : { keywords })}
      onSelect={onSelect}
      className={itemClass}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys === undefined ? null : <Kbd keys={keys} />}
    </Command.Item>
  );
}
