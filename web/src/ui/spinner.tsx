import { cn } from "@/lib/cn";

/** Turns while something is on its way. Say in words what, next to it or as `label`. */
export function Spinner({ className, label }: { className?: string; label?: string }) {
  return (
    <span className={cn("inline-block size-4", className)} role={label === undefined ? undefined : "status"}>
      <svg viewBox="0 0 16 16" className="size-full animate-spin" fill="none" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" stroke="currentColor" strokeOpacity="0.22" strokeWidth="1.75" />
        <path
          d="M14.25 8A6.25 6.25 0 0 0 8 1.75"
          stroke="currentColor"
          strokeWidth="1.75"
          strokeLinecap="round"
        />
      </svg>
      {label === undefined ? null : <span className="sr-only">{label}</span>}
    </span>
  );
}
