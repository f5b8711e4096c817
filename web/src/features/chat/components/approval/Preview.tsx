import { useTranslation } from "react-i18next";
import { ArgumentList } from "./ArgumentList";
import { isObject } from "./argument-fields";

/** What a tool says its call would make, as far as that is more than its arguments. */
export function Preview({ preview, args }: { preview: unknown; args: unknown }) {
  const { t } = useTranslation("tools");
  const more = beyond(preview, args);
  if (more === null) return null;
  return (
    <div className="min-w-0">
      <p className="mb-1.5 text-fg-muted text-meta">{t("approval.preview")}</p>
      {typeof more === "string" ? (
        <p className="wrap-anywhere whitespace-pre-wrap text-sm">{more}</p>
      ) : (
        <ArgumentList args={more} className="rounded-lg border border-border px-4 py-3" />
      )}
    </div>
  );
}

/** The part of a preview that the arguments do not show already; null for none. */
export function beyond(preview: unknown, args: unknown): string | Record<string, unknown> | null {
  if (typeof preview === "string") return preview === "" ? null : preview;
  if (!isObject(preview)) return null;
  const known = isObject(args) ? args : {};
  const rest = Object.entries(preview).filter(
    ([name, value]) =>
      name !== "kind" &&
      value !== null &&
      value !== undefined &&
      JSON.stringify(value) !== JSON.stringify(known[name]),
  );
  return rest.length === 0 ? null : Object.fromEntries(rest);
}
