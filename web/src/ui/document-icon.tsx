import { cn } from "@/lib/cn";
import { badgeOf, type DocumentKind, kindOf } from "@/lib/documents/kinds";

const TONES: Record<DocumentKind, string> = {
  pdf: "bg-danger text-danger-fg",
  word: "bg-accent text-accent-fg",
  sheet: "bg-ok text-bg",
  slides: "bg-warn text-bg",
  image: "bg-ok text-bg",
  book: "bg-warn text-bg",
  web: "bg-accent text-accent-fg",
  mail: "bg-fg-muted text-bg",
  code: "bg-fg text-bg",
  text: "bg-fg-muted text-bg",
  other: "bg-fg-muted text-bg",
};

interface DocumentIconProps {
  file: { filename: string; mimeType: string };
  size?: "sm" | "md";
  className?: string;
}

/** A sheet of paper with the file's type on it. For the eye alone: the name says it to everyone. */
export function DocumentIcon({ file, size = "md", className }: DocumentIconProps) {
  const badge = badgeOf(file);
  const small = size === "sm";
  return (
    <span aria-hidden className={cn("relative block shrink-0", small ? "h-7 w-6" : "h-11 w-9", className)}>
      <svg viewBox="0 0 36 44" className="size-full" fill="none">
        <path
          d="M5 1h18.5L35 12.5V39a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4V5a4 4 0 0 1 4-4Z"
          className="fill-surface stroke-control/55"
          strokeWidth="1.25"
        />
        <path d="M23.5 1v7.5a4 4 0 0 0 4 4H35" className="fill-muted stroke-control/55" strokeWidth="1.25" />
        <path d="M8 13h9M8 18.5h19" className="stroke-control/45" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {badge === "" ? null : (
        <span
          className={cn(
            "absolute -start-1 bottom-[14%] rounded-[3px] font-semibold leading-none",
            small ? "px-0.5 py-px" : "px-1 py-0.75 tracking-wide",
            TONES[kindOf(file)],
          )}
          style={{ fontSize: small ? 6.5 : badge.length > 3 ? 8.5 : 9.5 }}
        >
          {badge}
        </span>
      )}
    </span>
  );
}
