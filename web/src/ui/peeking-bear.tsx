import { cn } from "@/lib/cn";

/**
 * The mark grown large, looking over the edge it stands on; can shut its eyes. `--ground` is the colour behind
 * it, which shows in the gap between head and ears.
 */
export function PeekingBear({ looksAway = false, className }: { looksAway?: boolean; className?: string }) {
  const eye = "origin-center transition-[scale,opacity] duration-160 ease-out [transform-box:fill-box]";
  return (
    <svg viewBox="0 0 400 260" className={className} aria-hidden="true">
      <g fill="var(--honey)">
        <circle cx="92" cy="92" r="58" />
        <circle cx="308" cy="92" r="58" />
      </g>
      <g fill="oklch(0.62 0.12 60)" opacity="0.55">
        <circle cx="92" cy="94" r="30" />
        <circle cx="308" cy="94" r="30" />
      </g>
      <circle cx="200" cy="214" r="168" fill="var(--ground, var(--bg))" />
      <circle cx="200" cy="214" r="150" fill="var(--honey)" />
      <ellipse cx="200" cy="262" rx="72" ry="60" fill="oklch(0.97 0.03 80)" />
      <g fill="oklch(0.27 0.04 55)">
        <circle cx="137" cy="184" r="19" className={cn(eye, looksAway && "scale-y-0")} />
        <circle cx="263" cy="184" r="19" className={cn(eye, looksAway && "scale-y-0")} />
        <path d="M171 232a13 13 0 0 1 12-17h34a13 13 0 0 1 12 17c-4 15-15 26-29 26s-25-11-29-26Z" />
      </g>
      <g
        fill="none"
        stroke="oklch(0.27 0.04 55)"
        strokeWidth="8"
        strokeLinecap="round"
        className={cn("transition-opacity duration-160", looksAway ? "opacity-100" : "opacity-0")}
      >
        <path d="M118 184q19 15 38 0" />
        <path d="M244 184q19 15 38 0" />
      </g>
    </svg>
  );
}
