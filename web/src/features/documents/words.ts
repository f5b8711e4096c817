/** How documents are put into words. */
import type { TFunction } from "i18next";
import { formatBytes } from "@/lib/bytes";
import { kindOf } from "@/lib/documents/kinds";
import type { DocumentRecord } from "@/lib/documents/types";

type Words = TFunction<"documents">;

/** "12 pages", "8 slides"; null while it is not known, and for what has no pages. */
export function pagesOf(
  document: Pick<DocumentRecord, "filename" | "mimeType" | "pageCount">,
  t: Words,
): string | null {
  const count = document.pageCount;
  if (count === null || count < 1) return null;
  const kind = kindOf(document);
  if (kind === "slides") return t("list.slides", { count });
  if (kind === "sheet") return count > 1 ? t("list.sheets", { count }) : null;
  if (kind === "pdf" || kind === "word") return t("list.pages", { count });
  return count > 1 ? t("list.pages", { count }) : null;
}

/** "Page 3", "Slide 3", "Sheet 3". */
export function placeOf(
  document: Pick<DocumentRecord, "filename" | "mimeType">,
  page: number,
  t: Words,
): string {
  const kind = kindOf(document);
  if (kind === "slides") return t("view.slide", { page });
  if (kind === "sheet") return t("view.sheet", { page });
  return t("view.part", { page });
}

export function dateOf(time: string, language: string, now = new Date()): string {
  const date = new Date(time);
  const sameDay = date.toDateString() === now.toDateString();
  if (sameDay) return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(date);
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(date);
}

/** Pages, size and age in one line. */
export function factsOf(document: DocumentRecord, t: Words, language: string): string {
  return [
    pagesOf(document, t),
    formatBytes(document.fileSize, language),
    dateOf(document.createdAt, language),
  ]
    .filter((fact) => fact !== null)
    .join(" · ");
}
