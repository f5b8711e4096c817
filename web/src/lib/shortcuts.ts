/**
 * Keyboard shortcuts, told once: what is bound here is what the help dialog and the tooltips show. Chords are
 * written `mod+shift+o`; `mod` is ⌘ on Apple systems and Ctrl elsewhere.
 */
import { useEffect, useRef } from "react";

export const SHORTCUTS = {
  newChat: "mod+shift+o",
  palette: "mod+k",
  sidebar: "mod+b",
  help: "mod+/",
} as const;

export const isApple: boolean = /mac|iphone|ipad|ipod/i.test(globalThis.navigator?.platform ?? "");

const SYMBOLS: Record<string, [apple: string, other: string]> = {
  mod: ["⌘", "Ctrl"],
  shift: ["⇧", "Shift"],
  alt: ["⌥", "Alt"],
  enter: ["↵", "Enter"],
  escape: ["esc", "Esc"],
  arrowup: ["↑", "↑"],
  arrowdown: ["↓", "↓"],
};

/** The chord's keys as a person sees them on this system, e.g. `["⌘", "⇧", "O"]`. */
export function chordKeys(chord: string): string[] {
  return chord.split("+").map((key) => SYMBOLS[key]?.[isApple ? 0 : 1] ?? key.toUpperCase());
}

/** As `aria-keyshortcuts` wants it, e.g. `Meta+Shift+O`. */
export function ariaChord(chord: string): string {
  const names: Record<string, string> = { mod: isApple ? "Meta" : "Control", shift: "Shift", alt: "Alt" };
  return chord
    .split("+")
    .map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join("+");
}

export function matchesChord(event: KeyboardEvent, chord: string): boolean {
  if (event.isComposing || event.keyCode === 229) return false;
  const keys = chord.split("+");
  const key = keys.at(-1) ?? "";
  const mod = isApple ? event.metaKey : event.ctrlKey;
  const otherMod = isApple ? event.ctrlKey : event.metaKey;
  const pressed = event.key.toLowerCase();
  // On some layouts `/` needs Shift, so only letters insist on it.
  const shiftOk = /^[a-z]$/.test(key) ? event.shiftKey === keys.includes("shift") : true;
  return (
    pressed === key &&
    mod === keys.includes("mod") &&
    !otherMod &&
    shiftOk &&
    event.altKey === keys.includes("alt")
  );
}

/** Binds a chord on the window while mounted. The default action of the browser is prevented. */
export function useShortcut(chord: string, handler: (event: KeyboardEvent) => void, enabled = true): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !matchesChord(event, chord)) return;
      event.preventDefault();
      latest.current(event);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [chord, enabled]);
}
