/**
 * The way the app shows Markdown. The renderer is a chunk of its own; until it is there the text shows as it was
 * written, so nobody waits for code to read words.
 */
import { lazy, Suspense } from "react";
import { patiently } from "@/lib/patient";
import type { MarkdownViewProps } from "./MarkdownView";

const load = () => import("./MarkdownView");
const MarkdownView = lazy(patiently(load, { optional: true }));

/** Fetches the renderer ahead of its first use. */
export function preloadMarkdown(): void {
  // A failed download is met again, and reported, where the renderer is used.
  load().catch(() => undefined);
}

export function Markdown(props: MarkdownViewProps) {
  return (
    <Suspense fallback={<div className="whitespace-pre-wrap">{props.text}</div>}>
      <MarkdownView {...props} />
    </Suspense>
  );
}
