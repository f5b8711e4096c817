import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { useFieldControl } from "./field";
import { controlClass } from "./input";
import { itemClass, popupClass } from "./popup";
import type { SelectOption } from "./select";

interface ComboboxProps<T extends string> {
  options: readonly SelectOption<T>[];
  value: T | null;
  onChange: (value: T) => void;
  placeholder?: string;
  disabled?: boolean;
  /** Needed outside a `Field`. */
  label?: string;
  className?: string;
}

/** A select to type into, for lists too long to scan. */
export function Combobox<T extends string>(props: ComboboxProps<T>) {
  const { options, value, onChange, placeholder, disabled = false, label, className } = props;
  const { t } = useTranslation();
  const control = useFieldControl();
  const selected = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={selected}
      // Emptying the text is the start of typing another name, not a choice of nothing.
      onValueChange={(next: SelectOption<T> | null) => next !== null && onChange(next.value)}
      itemToStringLabel={(option: SelectOption<T>) => option.label}
      isItemEqualToValue={(a: SelectOption<T>, b: SelectOption<T>) => a.value === b.value}
      disabled={disabled}
      autoHighlight
    >
      <div className={cn("relative", className)}>
        <Base.Input
          {...control}
          {...(label === undefined ? {} : { "aria-label": label })}
          placeholder={placeholder}
          className={cn(controlClass, "h-10 ps-3 pe-10 touch:pe-11 text-base sm:text-sm touch:min-h-11")}
        />
        <Base.Trigger
          aria-label={label ?? t("search")}
          className="absolute inset-y-0 end-0 grid w-10 cursor-pointer place-items-center rounded-e-md text-fg-subtle touch:w-11"
        >
          <ChevronsUpDown aria-hidden className="size-4" />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          <Base.Popup
            className={cn(
              popupClass,
              "max-h-[min(22rem,var(--available-height))] w-(--anchor-width) overflow-y-auto",
            )}
          >
            <Base.Empty className="px-3 py-2.5 text-fg-muted text-sm empty:hidden">
              {t("noResults")}
            </Base.Empty>
            <Base.List>
              {(option: SelectOption<T>) => (
                <Base.Item key={option.value} value={option} className={itemClass}>
                  <span className="grid size-4 place-items-center">
                    <Base.ItemIndicator>
                      <Check aria-hidden className="size-4 text-accent-text" />
                    </Base.ItemIndicator>
                  </span>
                  <span className="min-w-0">
                    <span className="block truncate">{option.label}</span>
                    {option.hint === undefined ? null : (
                      <span className="block truncate text-fg-muted text-meta">{option.hint}</span>
                    )}
                  </span>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
