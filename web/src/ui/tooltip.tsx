/**
 * Tooltips without a positioning library, since they are on every page from the first paint: one layer for the
 * whole app, which moves to whatever is hovered or focused. After the first, the next ones show at once; Escape
 * puts them away; the pointer may move onto them. Touch shows none, so a label must not hold what is not elsewhere.
 */
import {
  cloneElement,
  type FocusEvent,
  type HTMLAttributes,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
} from "react";
import { create } from "zustand";
import { Kbd } from "./kbd";

type Side = "top" | "bottom" | "inline-start" | "inline-end";

interface Shown {
  anchor: HTMLElement;
  label: ReactNode;
  keys: string | undefined;
  side: Side;
}

const DELAY_MS = 450;
/** Within this after one has gone, the next shows without delay. */
const WARM_MS = 350;
/** The way from the anchor onto the tooltip may take this long. */
const GRACE_MS = 90;
const GAP = 7;
const EDGE = 8;

const useShown = create<{ shown: Shown | null }>(() => ({ shown: null }));
let timer: ReturnType<typeof setTimeout> | undefined;
let goneAt = 0;

function show(next: Shown, delay: number): void {
  clearTimeout(timer);
  const warm = useShown.getState().shown !== null || Date.now() - goneAt < WARM_MS;
  // An anchor that went away meanwhile has no place for it, and would never tell it to go.
  timer = setTimeout(() => next.anchor.isConnected && useShown.setState({ shown: next }), warm ? 0 : delay);
}

function hide(delay = 0): void {
  clearTimeout(timer);
  const now = () => {
    if (useShown.getState().shown === null) return;
    goneAt = Date.now();
    useShown.setState({ shown: null });
  };
  if (delay === 0) now();
  else timer = setTimeout(now, delay);
}

interface TooltipProps {
  /** A few words. */
  label: ReactNode;
  /** Keys as for `Kbd`. */
  keys?: string;
  side?: Side;
  /** The element that has it; it must take props. */
  children: ReactElement;
}

export function Tooltip({ label, keys, side = "top", children }: TooltipProps) {
  const given = children.props as HTMLAttributes<HTMLElement>;
  const anchor = useRef<HTMLElement | null>(null);
  useEffect(
    () => () => {
      if (anchor.current !== null && useShown.getState().shown?.anchor === anchor.current) hide();
    },
    [],
  );
  const open = (element: HTMLElement, delay: number) => {
    anchor.current = element;
    show({ anchor: element, label, keys, side }, delay);
  };
  const props: HTMLAttributes<HTMLElement> = {
    onPointerEnter: (event: PointerEvent<HTMLElement>) => {
      given.onPointerEnter?.(event);
      if (event.pointerType !== "touch") open(event.currentTarget, DELAY_MS);
    },
    onPointerLeave: (event: PointerEvent<HTMLElement>) => {
      given.onPointerLeave?.(event);
      hide(GRACE_MS);
    },
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      given.onPointerDown?.(event);
      hide();
    },
    onFocus: (event: FocusEvent<HTMLElement>) => {
      given.onFocus?.(event);
      if (event.currentTarget.matches(":focus-visible")) open(event.currentTarget, 0);
    },
    onBlur: (event: FocusEvent<HTMLElement>) => {
      given.onBlur?.(event);
      hide();
    },
  };
  return cloneElement(children, props);
}

/** Wraps the app, once. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <>
      {children}
      <Layer />
    </>
  );
}

function Layer() {
  const shown = useShown((state) => state.shown);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (shown !== null && box.current !== null) place(box.current, shown);
  }, [shown]);

  useEffect(() => {
    if (shown === null) return;
    const undescribe = describe(shown, id);
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && hide();
    const onMove = () => hide();
    window.addEventListener("keydown", onKeyDown, true);
    window.addEventListener("scroll", onMove, true);
    window.addEventListener("resize", onMove);
    return () => {
      undescribe();
      window.removeEventListener("keydown", onKeyDown, true);
      window.removeEventListener("scroll", onMove, true);
      window.removeEventListener("resize", onMove);
    };
  }, [shown, id]);

  if (shown === null) return null;
  return (
    // Its words are the name or the description of its anchor, and are told there: on its own it would be said twice,
    // and be text outside of every landmark.
    <div
      ref={box}
      id={id}
      role="tooltip"
      aria-hidden="true"
      onPointerEnter={() => clearTimeout(timer)}
      onPointerLeave={() => hide(GRACE_MS)}
      className="fixed start-0 top-0 z-60 flex w-max max-w-72 animate-appear items-center gap-2 rounded-sm bg-fg px-2.5 py-1 text-bg text-meta shadow-md"
    >
      {shown.label}
      {shown.keys === undefined ? null : <Kbd keys={shown.keys} tone="inverse" />}
    </div>
  );
}

/** Ties it to its anchor, unless the anchor is already called just that. */
function describe({ anchor, label }: Shown, id: string): () => void {
  if (anchor.getAttribute("aria-label") === label) return () => undefined;
  const before = anchor.getAttribute("aria-describedby");
  anchor.setAttribute("aria-describedby", before === null ? id : `${before} ${id}`);
  return () => {
    if (before === null) anchor.removeAttribute("aria-describedby");
    else anchor.setAttribute("aria-describedby", before);
  };
}

/** Beside the anchor on the wished side, on the other when there is no room, never over the window's edge. */
function place(box: HTMLElement, { anchor, side }: Shown): void {
  const a = anchor.getBoundingClientRect();
  const b = box.getBoundingClientRect();
  const rtl = getComputedStyle(anchor).direction === "rtl";
  const { innerWidth: width, innerHeight: height } = window;
  let x = a.x + (a.width - b.width) / 2;
  let y = a.y + (a.height - b.height) / 2;
  if (side === "top" || side === "bottom") {
    const above = a.top - GAP - b.height;
    const below = a.bottom + GAP;
    const wantsAbove = side === "top";
    y = (wantsAbove && above >= EDGE) || (!wantsAbove && below + b.height > height - EDGE) ? above : below;
  } else {
    const before = a.left - GAP - b.width;
    const after = a.right + GAP;
    const wantsBefore = (side === "inline-start") !== rtl;
    x = (wantsBefore && before >= EDGE) || (!wantsBefore && after + b.width > width - EDGE) ? before : after;
  }
  x = Math.min(Math.max(x, EDGE), Math.max(EDGE, width - b.width - EDGE));
  box.style.insetInlineStart = "auto";
  box.style.setProperty("left", `${Math.round(x)}px`);
  box.style.setProperty("top", `${Math.round(y)}px`);
}
