import { type ClassValue, clsx } from "clsx";
import { createTailwindMerge } from "tailwind-merge";

const any = () => true;
const number = (value: string) => /^\d/.test(value);
/** A value for every side at once: `rounded-ee-xs` and `border-b` are about one. */
const everySide = (value: string) => !/^(?:[xytbse]|ss|se|es|ee)(?:-|$)/.test(value);
const all = (prefix: string) => [{ [prefix]: [any] }];

/**
 * The utilities that one class list overrides in another in this app. The library's own table of all of
 * Tailwind is four times the size, on every page's first load.
 */
const merge = createTailwindMerge(() => ({
  cacheSize: 500,
  theme: {},
  classGroups: {
    display: [
      "block",
      "inline-block",
      "inline",
      "flex",
      "inline-flex",
      "grid",
      "inline-grid",
      "hidden",
      "contents",
    ],
    position: ["static", "fixed", "absolute", "relative", "sticky"],
    p: all("p"),
    px: all("px"),
    py: all("py"),
    ps: all("ps"),
    pe: all("pe"),
    pt: all("pt"),
    pb: all("pb"),
    m: all("m"),
    mx: all("mx"),
    my: all("my"),
    ms: all("ms"),
    me: all("me"),
    mt: all("mt"),
    mb: all("mb"),
    size: all("size"),
    w: all("w"),
    h: all("h"),
    "min-w": all("min-w"),
    "max-w": all("max-w"),
    "min-h": all("min-h"),
    "max-h": all("max-h"),
    gap: all("gap"),
    "gap-x": all("gap-x"),
    "gap-y": all("gap-y"),
    inset: all("inset"),
    "inset-x": all("inset-x"),
    "inset-y": all("inset-y"),
    top: all("top"),
    bottom: all("bottom"),
    start: all("start"),
    end: all("end"),
    z: all("z"),
    items: all("items"),
    justify: all("justify"),
    self: all("self"),
    "flex-direction": ["flex-row", "flex-col", "flex-row-reverse", "flex-col-reverse"],
    "flex-wrap": ["flex-wrap", "flex-nowrap"],
    flex: [{ flex: ["1", "auto", "none", "initial"] }],
    shrink: ["shrink", { shrink: [any] }],
    grow: ["grow", { grow: [any] }],
    "grid-cols": all("grid-cols"),
    "font-size": [{ text: ["xs", "meta", "sm", "base", "lg", "xl", "display"] }],
    "text-align": [{ text: ["start", "center", "end", "justify"] }],
    "text-wrap": [{ text: ["wrap", "nowrap", "balance", "pretty"] }],
    "text-color": [{ text: [any] }],
    "font-weight": [{ font: ["normal", "medium", "semibold", "bold"] }],
    "font-family": [{ font: ["sans", "mono"] }],
    leading: all("leading"),
    whitespace: all("whitespace"),
    bg: all("bg"),
    opacity: all("opacity"),
    shadow: ["shadow", { shadow: [any] }],
    rounded: ["rounded", { rounded: [everySide] }],
    "border-width": ["border", { border: [number] }],
    "border-color": [{ border: [everySide] }],
    overflow: all("overflow"),
    "overflow-x": all("overflow-x"),
    "overflow-y": all("overflow-y"),
    cursor: all("cursor"),
    scale: all("scale"),
    transition: ["transition", { transition: [any] }],
    duration: all("duration"),
  },
  conflictingClassGroups: {
    p: ["px", "py", "ps", "pe", "pt", "pb"],
    px: ["ps", "pe"],
    py: ["pt", "pb"],
    m: ["mx", "my", "ms", "me", "mt", "mb"],
    mx: ["ms", "me"],
    my: ["mt", "mb"],
    size: ["w", "h"],
    gap: ["gap-x", "gap-y"],
    inset: ["inset-x", "inset-y", "top", "bottom", "start", "end"],
    "inset-x": ["start", "end"],
    "inset-y": ["top", "bottom"],
    overflow: ["overflow-x", "overflow-y"],
    "font-size": ["leading"],
  },
  conflictingClassGroupModifiers: {},
  orderSensitiveModifiers: [
    "before",
    "after",
    "placeholder",
    "file",
    "marker",
    "selection",
    "first-line",
    "first-letter",
  ],
}));

/** Joins class names; of two utilities for the same property the later one wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
