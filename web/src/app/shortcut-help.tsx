import { useTranslation } from "react-i18next";
import { shell, useShell } from "@/lib/shell";
import { Dialog } from "@/ui/dialog";
import { ShortcutList } from "@/ui/shortcut-list";

export function ShortcutHelp() {
  const { t } = useTranslation("app");
  const open = useShell((state) => state.helpOpen);
  return (
    <Dialog open={open} onOpenChange={shell.setHelp} title={t("shortcuts.title")}>
      <ShortcutList />
    </Dialog>
  );
}
