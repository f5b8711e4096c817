import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";
import { useFieldLabelId } from "./field";

interface SegmentedProps<T extends string> {
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  value: T;
  onChange: (value: T) => void;
  /** Needed outside a `Field`. */
  label?: string;
  className?: string;
}

/** One of a few, all in sight. Native radio buttons: arrows move, one tab stop. */
export function Segmented<T extends string>({
  options,
  value,
  onChange,
  label,
  className,
}: SegmentedProps<T>) {
  const name = useId();
  const labelId = useFieldLabelId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      aria-labelledby={label === undefined ? labelId : undefined}
      className={cn(
        "inline-flex w-fit max-w-full flex-wrap rounded-md border border-border bg-muted p-0.75",
        className,
      )}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={cn(
            "flex h-8 cursor-pointer items-center justify-center gap-2 rounded-sm px-3.5 font-medium text-fg-muted text-sm transition-colors duration-120",
            "hover:text-fg has-checked:bg-surface has-checked:text-fg has-checked:shadow-sm dark:has-checked:bg-hover",
            "has-focus-visible:outline-2 has-focus-visible:outline-focus touch:min-h-11 [&_svg]:size-4",
          )}
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.icon}
          {option.label}
        </label>
      ))}
    </div>
  );
}
