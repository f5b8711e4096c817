/**
 * The levels an answer's headings get in the page. Models begin with `#`, `##` or `###` as they please and skip levels;
 * a page whose headings skip levels is hard to find one's way in by ear. Each level depends only on the headings before
 * it, so it never changes while more text arrives.
 */
import type { Block } from "./split";

/** The page has its title (1) and a hidden heading per message (2). */
const FIRST = 3;

/** The level in the page of each block that is a heading, by the block's place. */
export function headingRanks(blocks: readonly Block[]): ReadonlyMap<number, number> {
  const ranks = new Map<number, number>();
  let base: number | null = null;
  let before = FIRST - 1;
  blocks.forEach((block, index) => {
    const level = block.kind === "markdown" && /^h[1-6]$/.test(block.label) ? Number(block.label[1]) : null;
    if (level === null) return;
    base ??= level;
    const rank = Math.min(6, before + 1, Math.max(FIRST, FIRST + level - base));
    ranks.set(index, rank);
    before = rank;
  });
  return ranks;
}
