import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type ArgumentField, fieldsOf, textOf } from "./argument-fields";

interface ArgumentListProps {
  args: unknown;
  /** The tool's JSON Schema, where it is known: gives labels and order. */
  schema?: unknown;
  className?: string;
}

/** Arguments to be read: names and values, long texts with their lines. What is not set is left out. */
export function ArgumentList({ args, schema, className }: ArgumentListProps) {
  const { t } = useTranslation("tools");
  const rows = fieldsOf(schema, args)
    .map((field) => ({ field, text: textOf(field, args) }))
    .filter(({ field, text }) => text !== "" || field.required);
  if (rows.length === 0) return null;
  return (
    <dl
      className={cn(
        "grid grid-cols-[minmax(0,1fr)] gap-x-5 gap-y-2 text-sm sm:grid-cols-[auto_minmax(0,1fr)]",
        className,
      )}
    >
      {rows.map(({ field, text }) => (
        <div key={field.name} className="contents">
          {field.label === "" ? null : (
            <dt className="max-w-44 truncate text-fg-muted max-sm:-mb-2">{field.label}</dt>
          )}
          <dd className={cn("min-w-0", field.label === "" && "sm:col-span-2")}>
            {text === "" ? (
              <span className="text-fg-subtle">{t("approval.notSet")}</span>
            ) : (
              <Value field={field} text={text} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ field, text }: { field: ArgumentField; text: string }) {
  const { t } = useTranslation("tools");
  if (field.kind === "boolean") return <>{text === "true" ? t("approval.yes") : t("approval.no")}</>;
  if (field.kind === "lines") return <span className="wrap-anywhere">{text.split("\n").join(", ")}</span>;
  const isCode = field.kind === "json";
  if (!isCode && text.length <= 160 && !text.includes("\n"))
    return (
      <span dir="auto" className="wrap-anywhere">
        {text}
      </span>
    );
  return (
    <div
      dir="auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={field.label || t("approval.json")}
      className={cn(
        "wrap-anywhere max-h-44 overflow-auto sm:max-h-72 whitespace-pre-wrap rounded-sm bg-muted px-3 py-2",
        isCode && "font-mono text-xs",
      )}
    >
      {text}
    </div>
  );
}
