/**
 * The parts of an answer that not every answer has: steps, questions, sources, quotes. Their code and words come with
 * the first answer that needs them.
 */
import { type ComponentType, lazy } from "react";
import { loadWords } from "@/lib/i18n";

const load = async () => {
  const [parts] = await Promise.all([import("./activity"), loadWords("tools")]);
  return parts;
};

/** Fetches them ahead of their first use. */
export function preloadActivity(): void {
  // A failed download is met again, and reported, where the parts are used.
  load().catch(() => undefined);
}

type Parts = Awaited<ReturnType<typeof load>>;

function part<Name extends keyof Parts>(name: Name) {
  return lazy(async () => ({ default: (await load())[name] as ComponentType<PropsOf<Parts[Name]>> }));
}

type PropsOf<Part> = Part extends (props: infer Props) => unknown ? Props & object : never;

export const Steps = part("Steps");
export const ApprovalCards = part("ApprovalCards");
export const Sources = part("Sources");
export const CitationMark = part("CitationMark");
