import { Info } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "@/ui/badge";
import { IconButton } from "@/ui/button";
import { Popover } from "@/ui/popover";
import { useModels } from "../../api/queries";
import type { ThreadMessage } from "../../state/thread-store";

/** Which model answered, what it read and wrote, when. */
export function AnswerDetails({ message }: { message: ThreadMessage }) {
  const { t, i18n } = useTranslation("chat");
  const model = useModels()?.items.find((one) => one.id === message.model);
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const rows: [string, React.ReactNode][] = [
    [
      t("details.model"),
      <span key="model" className="inline-flex min-w-0 items-center gap-2">
        <span className="wrap-anywhere">{model?.name ?? message.model ?? t("details.unknown")}</span>
        {model?.demo ? <Badge>{t("demo.label")}</Badge> : null}
      </span>,
    ],
  ];
  if (message.usage) {
    rows.push([t("details.input"), t("details.tokens", { count: message.usage.inputTokens })]);
    rows.push([t("details.output"), t("details.tokens", { count: message.usage.outputTokens })]);
  }
  rows.push([
    t("details.time"),
    <time key="time" dateTime={message.createdAt}>
      {time.format(new Date(message.createdAt))}
    </time>,
  ]);
  return (
    <Popover
      title={t("details.title")}
      align="start"
      className="w-72"
      trigger={
        <IconButton label={t("message.details")} size="sm">
          <Info aria-hidden />
        </IconButton>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5 text-sm">
        {rows.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-fg-muted">{term}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}
