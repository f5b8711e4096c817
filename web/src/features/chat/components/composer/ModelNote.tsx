import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useModels } from "../../api/queries";
import { useChoices } from "../../state/choices";
import { useThreads } from "../../state/thread-store";
import { findModel } from "./ModelPicker";

/**
 * The line under the composer. When the model that answered, or would answer next, is a demo, it says so, always, and
 * how to get a real one; otherwise it reminds that models err.
 */
export function ModelNote({ threadId }: { threadId: string }) {
  const { t } = useTranslation("chat");
  const models = useModels();
  const chosen = useChoices((state) => state.model);
  const answered = useThreads((state) => {
    const path = state.threads[threadId]?.path ?? [];
    for (let at = path.length - 1; at >= 0; at--) {
      const model = state.messagesById[path[at] ?? ""]?.model;
      if (model) return model;
    }
    return null;
  });
  if (!models) return <p className="h-5" />;
  const next = findModel(models.items, chosen) ?? findModel(models.items, models.default);
  const demo = [next, findModel(models.items, answered)].find((model) => model?.demo);
  if (!demo) return <p className="text-center text-fg-subtle text-xs">{t("composer.hint")}</p>;
  return (
    <p className="flex flex-wrap items-center justify-center gap-x-1.5 text-center text-fg-muted text-xs">
      <span>
        <strong className="font-medium text-fg">{t("demo.label")}.</strong>{" "}
        {t("demo.detail", { name: demo.name })}
      </span>
      <Link
        to="/settings/models"
        className="rounded-xs text-accent-text underline decoration-accent-text/35 underline-offset-3 hover:decoration-accent-text"
      >
        {t("demo.action")}
      </Link>
    </p>
  );
}
