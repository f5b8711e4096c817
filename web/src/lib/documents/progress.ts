/** How far the server is with a document, in numbers and words. */
import type { TFunction } from "i18next";
import type { DocumentProgress } from "./types";

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
export function progressText(progress: DocumentProgress | undefined, t: TFunction<"documents">): string {
  if (progress === undefined || !isStage(progress.stage)) return t("stage.working");
  const stage = t(`stage.${progress.stage}`);
  const { done, total } = progress;
  return total !== null && total > 1 ? t("stage.of", { stage, done, total }) : stage;
}
