/**
 * Scrolling of the thread: the virtual list, the spacer that lets a sent question reach the top, following the answer,
 * and letting go of it at the first pixel up. What goes where is decided in `scroll/scroll-maths.ts`.
 */
import { elementScroll, type Range, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import {
  estimateHeight,
  followOffset,
  type Geometry,
  isAtLatest,
  scrolledUp,
  spacerHeight,
} from "../../scroll/scroll-maths";
import { getMessage } from "../../state/thread-store";

/** Room above the first message and above a question that was brought to the top. */
export const PADDING_TOP = 20;

export interface ThreadScroll {
  virtualizer: Virtualizer<HTMLDivElement, HTMLElement>;
  /** Height of the content and the spacer together. */
  height: number;
  atLatest: boolean;
  jumpToLatest: () => void;
  /** Brings a message into view and stops following. */
  show: (index: number) => void;
}

interface Options {
  container: RefObject<HTMLDivElement | null>;
  path: readonly string[];
  /** Key of the question sent last on this page. */
  sentKey: string | null;
  /** Room the composer takes at the bottom. */
  paddingEnd: number;
  rangeExtractor: (range: Range) => number[];
}

export function useThreadScroll({
  container,
  path,
  sentKey,
  paddingEnd,
  rangeExtractor,
}: Options): ThreadScroll {
  const following = useRef(true);
  // Where the view was last put by the page itself; what is above that was the person's doing.
  const expected = useRef(0);
  const [anchorKey, setAnchorKey] = useState<string | null>(null);
  const [atLatest, setAtLatest] = useState(true);
  const [viewport, setViewport] = useState(0);

  const keyAt = useCallback(
    (index: number) => getMessage(path[index] ?? "")?.key ?? path[index] ?? index,
    [path],
  );
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: path.length,
    getScrollElement: () => container.current,
    getItemKey: keyAt,
    estimateSize: (index) => {
      const message = getMessage(path[index] ?? "");
      return message
        ? estimateHeight(message.role, message.content.length, message.content.split("\n").length)
        : 120;
    },
    overscan: 4,
    rangeExtractor,
    paddingStart: PADDING_TOP,
    paddingEnd,
    // Keeps what is in view in place when older messages are put before it.
    anchorTo: "end",
    // Staying at the end is decided here, not by the list: an answer below a fixed question must not push it up.
    scrollEndThreshold: -1,
    scrollToFn: (offset, options, instance) => {
      elementScroll(offset, options, instance);
      expected.current = container.current?.scrollTop ?? offset;
    },
  });

  if (sentKey !== null && sentKey !== anchorKey) {
    setAnchorKey(sentKey);
    following.current = true;
  }

  const content = virtualizer.getTotalSize();
  const anchorIndex = anchorKey === null ? -1 : path.findIndex((id) => getMessage(id)?.key === anchorKey);
  const anchorStart = anchorIndex < 0 ? null : (virtualizer.measurementsCache[anchorIndex]?.start ?? null);
  const geometry: Geometry = {
    viewport,
    content,
    anchor: anchorStart === null ? null : anchorStart - PADDING_TOP,
  };
  const latest = useRef(geometry);
  const height = content + spacerHeight(geometry);

  const moveTo = useCallback(
    (top: number) => {
      const element = container.current;
      if (!element) return;
      if (Math.abs(element.scrollTop - top) >= 0.5) element.scrollTop = top;
      expected.current = element.scrollTop;
    },
    [container],
  );

  /** Lets go when the person has scrolled up since the page last looked. */
  const look = useCallback(() => {
    const element = container.current;
    if (!element) return;
    const sample = { top: element.scrollTop, highest: element.scrollHeight - element.clientHeight };
    if (scrolledUp(expected.current, sample)) following.current = false;
    // Reaching the end again by hand takes up following again.
    else if (sample.top > expected.current && sample.top >= followOffset(latest.current) - 2)
      following.current = true;
    expected.current = sample.top;
  }, [container]);

  // After every layout: what changed the content's height must not take the newest out of view. The scroll event of the
  // person's move may be still to come, so the place itself is asked first.
  useLayoutEffect(() => {
    latest.current = geometry;
    if (following.current) look();
    if (following.current && viewport > 0) moveTo(followOffset(geometry));
  });

  useLayoutEffect(() => {
    const element = container.current;
    if (!element) return;
    const measure = () => setViewport(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [container]);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const letGo = () => {
      following.current = false;
    };
    const onScroll = () => {
      look();
      setAtLatest(following.current || isAtLatest(element.scrollTop, latest.current));
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && element.scrollTop > 0) letGo();
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.target === element && ["ArrowUp", "PageUp", "Home"].includes(event.key)) letGo();
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("wheel", onWheel, { passive: true });
    element.addEventListener("keydown", onKeyDown);
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("keydown", onKeyDown);
    };
  }, [container, look]);

  // Content that grows below the view while nobody follows leaves the newest out of sight without a scroll event.
  useEffect(() => {
    const element = container.current;
    if (element)
      setAtLatest(following.current || isAtLatest(element.scrollTop, { viewport, content, anchor: null }));
  }, [container, viewport, content]);

  const jumpToLatest = useCallback(() => {
    following.current = true;
    setAtLatest(true);
    moveTo(followOffset(latest.current));
  }, [moveTo]);

  const show = useCallback(
    (index: number) => {
      following.current = false;
      virtualizer.scrollToIndex(index, { align: "center" });
    },
    [virtualizer],
  );

  return { virtualizer, height, atLatest, jumpToLatest, show };
}
