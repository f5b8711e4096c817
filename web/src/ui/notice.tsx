import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ApiError } from "@/lib/api/errors";
import { cn } from "@/lib/cn";

const TONES = {
  info: { icon: Info, className: "border-border bg-muted text-fg", iconClass: "text-fg-muted" },
  ok: { icon: CircleCheck, className: "border-ok/25 bg-ok-soft text-fg", iconClass: "text-ok" },
  warn: { icon: TriangleAlert, className: "border-warn/25 bg-warn-soft text-fg", iconClass: "text-warn" },
  danger: {
    icon: CircleAlert,
    className: "border-danger/25 bg-danger-soft text-fg",
    iconClass: "text-danger",
  },
};

interface NoticeProps {
  tone?: keyof typeof TONES;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** Says something about the page it stands in. Failures are announced. */
export function Notice({ tone = "info", title, children, action, className }: NoticeProps) {
  const { icon: Icon, className: toneClass, iconClass } = TONES[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={cn(
        "flex animate-appear items-start gap-3 rounded-md border px-4 py-3 text-sm",
        toneClass,
        className,
      )}
    >
      <Icon aria-hidden className={cn("mt-0.75 size-4 shrink-0", iconClass)} />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {title === undefined ? null : <p className="font-medium">{title}</p>}
        {children === undefined ? null : (
          <div className={title === undefined ? "" : "text-fg-muted"}>{children}</div>
        )}
        {action === undefined ? null : <div className="mt-2.5 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}

/** A failed call, whole: what happened, what to do, and the id that finds it in the server's log. */
export function ErrorNotice({
  error,
  action,
  className,
}: {
  error: ApiError;
  action?: ReactNode;
  className?: string;
}) {
  const { t } = useTranslation();
  return (
    <Notice
      tone="danger"
      title={error.title}
      action={action}
      {...(className === undefined ? {} : { className })}
    >
      {error.detail === "" ? null : <p>{error.detail}</p>}
      {error.requestId === null || error.status < 500 ? null : (
        <p className="mt-1 font-mono text-fg-subtle text-xs">{t("requestId", { id: error.requestId })}</p>
      )}
    </Notice>
  );
}
