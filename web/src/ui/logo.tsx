import { useId } from "react";
import { cn } from "@/lib/cn";

/**
 * The mark: a bear's face reduced to circles, the ears cut free from the head by a gap so that it still reads
 * at 16 px. public/favicon.svg is the same drawing.
 */
export function BearMark({ className }: { className?: string }) {
  const mask = useId();
  return (
    <svg viewBox="0 0 32 32" className={cn("size-7 shrink-0", className)} aria-hidden="true">
      <mask id={mask} maskUnits="userSpaceOnUse" x="0" y="0" width="32" height="32">
        <path d="M0 0h32v32H0z" fill="#fff" />
        <circle cx="16" cy="17.6" r="13.4" fill="#000" />
      </mask>
      <g fill="var(--honey)">
        <g mask={`url(#${mask})`}>
          <circle cx="7.2" cy="8.2" r="4.7" />
          <circle cx="24.8" cy="8.2" r="4.7" />
        </g>
        <circle cx="16" cy="17.6" r="11.9" />
      </g>
      <ellipse cx="16" cy="21.6" rx="5.7" ry="4.7" fill="oklch(0.97 0.03 80)" />
      <g fill="oklch(0.27 0.04 55)">
        <circle cx="11" cy="15.4" r="1.55" />
        <circle cx="21" cy="15.4" r="1.55" />
        <path d="M13.7 19.3a1 1 0 0 1 .9-1.3h2.8a1 1 0 0 1 .9 1.3c-.3 1.2-1.2 2.1-2.3 2.1s-2-.9-2.3-2.1Z" />
      </g>
    </svg>
  );
}

/** Mark and name. */
export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2.5", className)}>
      <BearMark />
      <span className="font-semibold text-fg text-lg tracking-[-0.035em]">Kuma</span>
    </span>
  );
}
