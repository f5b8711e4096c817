import { useTranslation } from "react-i18next";
import { SHORTCUTS } from "@/lib/shortcuts";
import { Kbd } from "./kbd";

const GENERAL = ["newChat", "palette", "sidebar", "help"] as const;
const CHAT = [
  ["send", "enter"],
  ["newline", "shift+enter"],
  ["editLast", "arrowup"],
  ["stop", "escape"],
] as const;

/** Every shortcut there is, for the help dialog and the settings page. */
export function ShortcutList() {
  const { t } = useTranslation("app");
  return (
    <div className="grid gap-6">
      <Group
        title={t("shortcuts.groups.general")}
        rows={GENERAL.map((id) => ({ label: t(`shortcuts.${id}`), keys: SHORTCUTS[id] }))}
      />
      <Group
        title={t("shortcuts.groups.chat")}
        rows={CHAT.map(([id, keys]) => ({ label: t(`shortcuts.${id}`), keys }))}
      />
    </div>
  );
}

function Group({ title, rows }: { title: string; rows: { label: string; keys: string }[] }) {
  return (
    <section>
      <h3 className="pb-1 text-fg-muted text-meta">{title}</h3>
      <dl className="divide-y divide-border">
        {rows.map((row) => (
          <div key={row.label} className="flex min-h-10 items-center justify-between gap-4 text-sm">
            <dt>{row.label}</dt>
            <dd>
              <Kbd keys={row.keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
