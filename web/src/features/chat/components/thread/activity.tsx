/** One chunk for all that shows what an agent does and rests on; see `later.tsx`. */
import { useMemo } from "react";
import type { ToolCall } from "../../api/types";
import type { RunToolCall } from "../../stream/reducer";
import { quotesOf } from "../stock/quote";
import { StockCards } from "../stock/StockCards";
import { shownCalls } from "../tool-card/shown-call";
import { ToolCalls } from "../tool-card/ToolCalls";

export { ApprovalCards } from "../approval/ApprovalCards";
export { CitationMark } from "../sources/CitationMark";
export { Sources } from "../sources/Sources";

interface StepsProps {
  stored: readonly ToolCall[];
  live: readonly RunToolCall[] | undefined;
  streaming: boolean;
}

/** What was done for an answer, and the quotes that it looked up. */
export function Steps({ stored, live, streaming }: StepsProps) {
  const calls = useMemo(() => shownCalls(stored, live, streaming), [stored, live, streaming]);
  const quotes = useMemo(() => quotesOf(calls), [calls]);
  return (
    <>
      <ToolCalls calls={calls} />
      {quotes.length > 0 ? <StockCards quotes={quotes} /> : null}
    </>
  );
}
