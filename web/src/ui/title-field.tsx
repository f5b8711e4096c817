import { useRef, useState } from "react";
import { cn } from "@/lib/cn";

interface TitleFieldProps {
  title: string;
  label: string;
  /** With the new title, or null when it was left as it was. */
  onDone: (title: string | null) => void;
  className?: string;
}

/** A title being changed in place: Enter or leaving the field keeps it, Escape does not. */
export function TitleField({ title, label, onDone, className }: TitleFieldProps) {
  const [text, setText] = useState(title);
  const settled = useRef(false);
  const finish = (keep: boolean) => {
    if (settled.current) return;
    settled.current = true;
    const next = text.trim();
    onDone(keep && next !== "" && next !== title ? next : null);
  };
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it stands there because the person asked to change the title
      autoFocus
      value={text}
      maxLength={200}
      aria-label={label}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") finish(true);
        else if (event.key === "Escape") {
          event.stopPropagation();
          finish(false);
        }
      }}
      className={cn(
        "h-8 w-full min-w-0 rounded-sm border border-focus bg-surface px-2 text-base outline-none sm:text-sm",
        className,
      )}
    />
  );
}
