import { cn } from "@/lib/cn";
import { chordKeys } from "@/lib/shortcuts";

/** A key chord as caps, e.g. `<Kbd keys="mod+k" />`. */
export function Kbd({ keys, tone = "plain" }: { keys: string; tone?: "plain" | "inverse" }) {
  return (
    <kbd className="inline-flex shrink-0 gap-0.5 font-sans">
      {chordKeys(keys).map((key) => (
        <span
          key={key}
          className={cn(
            "inline-flex h-5 min-w-5 items-center justify-center rounded-xs px-1 text-xs leading-none",
            tone === "plain" ? "border border-border bg-muted text-fg-muted" : "bg-bg/15 text-bg",
          )}
        >
          {key}
        </span>
      ))}
    </kbd>
  );
}
