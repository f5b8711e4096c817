import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/lib/api";
import { type Theme, useAppearance } from "@/lib/preferences";
import { session, useSession } from "@/lib/session";
import { shell } from "@/lib/shell";
import { SHORTCUTS } from "@/lib/shortcuts";
import { Avatar } from "@/ui/avatar";
import { Menu, MenuItem, MenuRadio, MenuSeparator } from "@/ui/menu";

export const THEMES = ["system", "light", "dark"] as const satisfies readonly Theme[];

const THEME_ICONS = {
  system: <Monitor aria-hidden />,
  light: <Sun aria-hidden />,
  dark: <Moon aria-hidden />,
};

/** The person at the foot of the sidebar. */
export function UserMenu() {
  const { t } = useTranslation("app");
  const { data: me } = useMe();
  const claimedEmail = useSession((state) => state.claims?.email ?? "");
  const { theme, setTheme } = useAppearance();
  const email = me?.email ?? claimedEmail;
  const name = me?.name ?? email;
  return (
    <Menu
      side="top"
      className="w-60"
      trigger={
        <button
          type="button"
          className="flex h-12 w-full cursor-pointer items-center gap-2.5 rounded-md px-2 text-start transition-colors duration-120 hover:bg-hover data-popup-open:bg-hover"
        >
          <Avatar name={name} />
          <span className="min-w-0 flex-1">
            <span className="sr-only">{t("user.menu")}</span>
            <span className="block truncate font-medium text-sm leading-5">{name}</span>
            {name === email ? null : <span className="block truncate text-fg-muted text-xs">{email}</span>}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 text-fg-subtle" />
        </button>
      }
    >
      <MenuItem icon={<Settings aria-hidden />} to="/settings">
        {t("user.settings")}
      </MenuItem>
      <MenuItem icon={<Keyboard aria-hidden />} keys={SHORTCUTS.help} onSelect={() => shell.setHelp(true)}>
        {t("user.shortcuts")}
      </MenuItem>
      <MenuSeparator />
      <MenuRadio
        label={t("user.theme")}
        value={theme}
        onChange={setTheme}
        options={THEMES.map((value) => ({ value, label: t(`theme.${value}`), icon: THEME_ICONS[value] }))}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => session.signOut()}>
        {t("user.signOut")}
      </MenuItem>
    </Menu>
  );
}
