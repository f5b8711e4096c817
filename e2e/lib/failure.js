/** What a failed scenario throws. */

/**
 * The failure, saying where its traces are kept. A new error, because not every message can be written (a DOMException's
 * cannot) and because the stack, which is what gets printed, does not follow the message.
 */
export function keptIn(error, place) {
  const note = `\n(kept in ${place})`;
  const told = new Error(`${error?.message ?? error}${note}`, { cause: error });
  if (error?.stack) told.stack = error.stack + note;
  return told;
}
