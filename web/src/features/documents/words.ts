/** How documents are put into words. */
import type { TFunction } from "i18next";
import { formatBytes } from "@/lib/bytes";
import { kindOf } from "@/lib/documents/kinds";
import type { DocumentProgress, DocumentRecord } from "@/lib/documents/types";

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

const STAGES = ["waiting", "parse", "ocr", "chunk", "index", "embed"] as const;
type Stage = (typeof STAGES)[number];
/** From where to where of the whole each stage leads. */
const SHARES: Record<Stage, [begin: number, end: number]> = {
  waiting: [0, 0.02],
  parse: [0.02, 0.4],
  ocr: [0.2, 0.5],
  chunk: [0.5, 0.52],
  index: [0.52, 0.58],
  embed: [0.58, 1],
};

const isStage = (stage: string): stage is Stage => (STAGES as readonly string[]).includes(stage);

/** 0 to 1 over all stages; null when nothing is known yet. */
export function progressValue(progress: DocumentProgress | undefined): number | null {
  if (progress === undefined || !isStage(progress.stage)) return null;
  const [begin, end] = SHARES[progress.stage];
  const share = progress.total ? Math.min(1, progress.done / progress.total) : 0;
  return begin + (end - begin) * share;
}

/** "Reading, 3 of 12". */
export function progressText(progress: DocumentProgress | undefined, t: Words): string {
  if (progress === undefined || !isStage(progress.stage)) return t("stage.working");
  const stage = t(`stage.${progress.stage}`);
  const { done, total } = progress;
  return total !== null && total > 1 ? t("stage.of", { stage, done, total }) : stage;
}
