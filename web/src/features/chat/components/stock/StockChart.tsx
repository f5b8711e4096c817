/** A quote's chart, drawn by uPlot. Loaded with the first quote that has one. */
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import uPlot from "uplot";
import { resolvedTheme } from "@/lib/preferences";
import type { Quote } from "./quote";
import type { QuoteWords } from "./quote-words";

const HEIGHT = 192;

interface StockChartProps {
  quote: Quote;
  words: QuoteWords;
  /** What the chart shows, in a sentence, for those who cannot see it. */
  label: string;
}

export default function StockChart({ quote, words, label }: StockChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [pointed, setPointed] = useState<number | null>(null);
  const format = useRef(words);
  useEffect(() => {
    format.current = words;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const plot = draw(element, quote, () => format.current, setPointed);
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [quote, theme]);
  const point = pointed === null ? undefined : quote.points[pointed];
  return (
    <div className="relative">
      <div ref={place} role="img" aria-label={label} style={{ height: HEIGHT }} />
      {point === undefined ? null : (
        <p
          aria-hidden
          className="pointer-events-none absolute end-2 top-0 rounded-sm border border-border bg-surface px-2 py-0.5 text-meta tabular-nums shadow-sm"
        >
          <span className="text-fg-muted">{words.point(point.time)}</span>{" "}
          <span className="font-medium">
            {words.price(point.close)} {quote.currency}
          </span>
        </p>
      )}
    </div>
  );
}

function draw(
  element: HTMLElement,
  quote: Quote,
  words: () => QuoteWords,
  onPoint: (index: number | null) => void,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const rising = (quote.points.at(-1)?.close ?? 0) >= (quote.points[0]?.close ?? 0);
  const line = colour(rising ? "--ok" : "--danger");
  const axis = {
    stroke: colour("--fg-muted"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("--border"), width: 1 },
    ticks: { show: false },
  };
  const zone = quote.timeZone;
  return new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: HEIGHT,
      ...(zone === null ? {} : { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), zone) }),
      legend: { show: false },
      padding: [12, 22, 0, 0],
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7, fill: line } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 80,
          size: 34,
          values: (_plot, splits) => splits.map((seconds) => words().axis(seconds * 1000)),
        },
        {
          ...axis,
          size: 64,
          values: (_plot, values) => values.map((value) => words().price(value)),
        },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 1.75,
          fill: (plot) => fade(plot, line),
          points: { show: false },
          spanGaps: true,
        },
      ],
      hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    },
    [quote.points.map((point) => point.time / 1000), quote.points.map((point) => point.close)],
    element,
  );
}

/** The line's colour, fading towards the lower edge. */
function fade(plot: uPlot, line: string): CanvasGradient {
  const { top, height } = plot.bbox;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, `color-mix(in oklch, ${line} 22%, transparent)`);
  gradient.addColorStop(1, `color-mix(in oklch, ${line} 1%, transparent)`);
  return gradient;
}

/** The theme that shows; what is drawn on a canvas does not follow CSS by itself. */
function useTheme(): string {
  return useSyncExternalStore((notify) => {
    const observer = new MutationObserver(notify);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, resolvedTheme);
}
