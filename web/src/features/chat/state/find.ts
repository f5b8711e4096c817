/** Search over message texts. Pure. */

export interface Match {
  /** Place of the message in the list that was searched. */
  message: number;
  /** Where in its text. */
  offset: number;
}

/** Every place where `query` occurs, without regard to case, in reading order. */
export function findMatches(texts: readonly string[], query: string): Match[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [];
  const matches: Match[] = [];
  texts.forEach((text, message) => {
    const lower = text.toLowerCase();
    for (
      let offset = lower.indexOf(wanted);
      offset >= 0;
      offset = lower.indexOf(wanted, offset + wanted.length)
    )
      matches.push({ message, offset });
  });
  return matches;
}
