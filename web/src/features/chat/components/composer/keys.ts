/** What the keys of the composer mean. Pure, because input methods are easy to get wrong. */

export type EnterAction = "send" | "newline" | null;

type KeyInput = Pick<
  KeyboardEvent,
  "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey" | "isComposing" | "keyCode"
>;

/**
 * Enter sends, Shift+Enter (or Alt) breaks the line, ⌘/Ctrl+Enter sends too. An Enter that only confirms what an input
 * method composed does neither: browsers mark it by `isComposing` or, some of them only, by key code 229. On a touch
 * keyboard, where there is no Shift+Enter, Enter breaks the line and the button sends.
 */
export function enterAction(event: KeyInput, touchKeyboard = false): EnterAction {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return null;
  if (event.ctrlKey || event.metaKey) return "send";
  if (event.shiftKey || event.altKey || touchKeyboard) return "newline";
  return "send";
}

/** ↑ edits the last message, but only where it would otherwise do nothing: in an empty field, without modifiers. */
export function isEditLast(event: KeyInput, text: string): boolean {
  return (
    event.key === "ArrowUp" &&
    text === "" &&
    !event.isComposing &&
    event.keyCode !== 229 &&
    !event.shiftKey &&
    !event.altKey &&
    !event.ctrlKey &&
    !event.metaKey
  );
}
