/**
 * Overlays (menus, dialogs, popovers) are a third of the UI library's weight and none is there at the first
 * paint: their code comes when one is first opened, or a little before, when a pointer or the focus reaches
 * what opens it, or the browser has nothing else to do.
 */
import {
  type ComponentType,
  cloneElement,
  type HTMLAttributes,
  lazy,
  type ReactElement,
  type Ref,
  type RefCallback,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { whenIdle } from "@/lib/idle";
import { patiently } from "@/lib/patient";

type Load<P> = () => Promise<ComponentType<P>>;

const preloads = new Set<() => Promise<unknown>>();

/** Fetches the code of every overlay, and of whatever else is given, while the browser is idle. Called once at start. */
export function preloadWhenIdle(...more: (() => Promise<unknown>)[]): void {
  for (const load of more) preloads.add(load);
  whenIdle(() => {
    for (const load of preloads) void load().catch(() => undefined); // Opening it will try again, and report.
  });
}

/** A component whose code is fetched when it is first open; from then on it stays, to animate its closing. */
export function lazyOverlay<P extends { open: boolean }>(load: Load<P>): ComponentType<P> {
  preloads.add(load);
  const Lazy = lazy(patiently(async () => ({ default: await load() })));
  // biome-ignore lint/correctness/noComponentHookFactories: called at module level only, once for each overlay
  return function Overlay(props: P) {
    const used = useUsed(props.open);
    if (!used) return null;
    return (
      <Suspense>
        <Lazy {...props} />
      </Suspense>
    );
  };
}

function useUsed(open: boolean): boolean {
  const [used, setUsed] = useState(open);
  if (open && !used) setUsed(true);
  return used || open;
}

export interface AnchoredProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The element that opens it: it is placed there, and focus returns there. */
  anchor: { readonly current: HTMLElement | null };
  /** Opened by the keyboard: the first item gets the focus at once. */
  byKeyboard: boolean;
}

interface TriggeredProps {
  trigger: ReactElement;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}

type TriggerProps = HTMLAttributes<HTMLElement> & { ref?: Ref<HTMLElement> | undefined };

/** The trigger of an anchored overlay, made ready to open it, and what the overlay needs to know. */
export function useTriggered(
  { trigger, open: controlled, onOpenChange }: TriggeredProps,
  kind: "menu" | "dialog",
  load: () => Promise<unknown>,
): { trigger: ReactElement; anchored: AnchoredProps; used: boolean } {
  const [own, setOwn] = useState(false);
  const [byKeyboard, setByKeyboard] = useState(false);
  const open = controlled ?? own;
  const used = useUsed(open);
  const anchor = useRef<HTMLElement | null>(null);
  const given = trigger.props as TriggerProps;
  useEffect(() => {
    preloads.add(load);
  }, [load]);

  const setOpen = (next: boolean) => {
    if (controlled === undefined) setOwn(next);
    onOpenChange?.(next);
  };
  const preload = () => void load().catch(() => undefined);
  const ref = useMergedRef(anchor, given.ref);

  const props: TriggerProps & { "data-popup-open"?: string | undefined } = {
    ref,
    "aria-haspopup": kind,
    "aria-expanded": open,
    "data-popup-open": open ? "" : undefined,
    onPointerEnter: (event) => {
      preload();
      given.onPointerEnter?.(event);
    },
    onFocus: (event) => {
      preload();
      given.onFocus?.(event);
    },
    onClick: (event) => {
      given.onClick?.(event);
      if (event.defaultPrevented) return;
      setByKeyboard(event.detail === 0);
      setOpen(!open);
    },
    onKeyDown: (event) => {
      given.onKeyDown?.(event);
      if (kind !== "menu" || event.defaultPrevented || (event.key !== "ArrowDown" && event.key !== "ArrowUp"))
        return;
      event.preventDefault();
      setByKeyboard(true);
      setOpen(true);
    },
  };
  return {
    trigger: cloneElement(trigger, props as object),
    anchored: { open, onOpenChange: setOpen, anchor, byKeyboard },
    used,
  };
}

function useMergedRef(
  own: { current: HTMLElement | null },
  other: Ref<HTMLElement> | undefined,
): RefCallback<HTMLElement> {
  return useCallback(
    (element) => {
      own.current = element;
      if (typeof other === "function") other(element);
      else if (other) other.current = element;
    },
    [own, other],
  );
}
