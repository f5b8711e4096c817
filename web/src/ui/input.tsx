import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { useFieldControl } from "./field";

export const controlClass = [
  "control-outline w-full min-w-0 rounded-md bg-surface text-fg shadow-xs transition-[border-color,box-shadow] duration-120",
  "placeholder:text-fg-subtle hover:border-control",
  "focus-visible:border-focus focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-focus/55",
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger/45",
  "disabled:cursor-not-allowed disabled:bg-muted disabled:text-fg-muted [&[readonly]]:bg-muted",
].join(" ");

export function Input({ className, ...props }: ComponentProps<"input">) {
  return (
    <input
      {...useFieldControl()}
      className={cn(controlClass, "h-10 px-3 text-base sm:text-sm touch:min-h-11", className)}
      {...props}
    />
  );
}

/** Grows with its text where the browser can. */
export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      {...useFieldControl()}
      className={cn(
        controlClass,
        "field-sizing-content min-h-20 resize-y px-3 py-2 text-base sm:text-sm",
        className,
      )}
      {...props}
    />
  );
}
