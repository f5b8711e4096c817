import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { useFieldControl, useFieldLabelId } from "./field";
import { controlClass } from "./input";
import { itemClass, popupClass } from "./popup";

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  /** Second line in the list. */
  hint?: ReactNode;
  disabled?: boolean;
}

interface SelectProps<T extends string> {
  options: readonly SelectOption<T>[];
  value: T | null;
  onChange: (value: T) => void;
  placeholder?: string;
  disabled?: boolean;
  /** Needed outside a `Field`. */
  label?: string;
  className?: string;
}

export function Select<T extends string>({
  options,
  value,
  onChange,
  placeholder,
  disabled,
  label,
  className,
}: SelectProps<T>) {
  const labelId = useFieldLabelId();
  const control = useFieldControl();
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled ?? false}
    >
      <Base.Trigger
        {...control}
        {...(label === undefined
          ? labelId === undefined
            ? {}
            : { "aria-labelledby": labelId }
          : { "aria-label": label })}
        className={cn(
          controlClass,
          "flex h-10 cursor-pointer items-center justify-between gap-2 px-3 text-start text-sm data-disabled:cursor-not-allowed data-disabled:opacity-55 touch:min-h-11",
          className,
        )}
      >
        <span className="min-w-0 truncate data-placeholder:text-fg-subtle">
          <Base.Value placeholder={placeholder} />
        </span>
        <Base.Icon className="text-fg-subtle">
          <ChevronsUpDown aria-hidden className="size-4" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} alignItemWithTrigger={false} className="z-50">
          <Base.Popup
            className={cn(popupClass, "max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto")}
          >
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className={cn(itemClass, "pe-3")}
                >
                  <span className="grid size-4 place-items-center">
                    <Base.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent-text" />
                    </Base.ItemIndicator>
                  </span>
                  <span className="min-w-0">
                    <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                    {option.hint === undefined ? null : (
                      <span className="block truncate text-fg-muted text-meta">{option.hint}</span>
                    )}
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
