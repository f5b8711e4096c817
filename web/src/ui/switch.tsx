import { Switch as Base } from "@base-ui/react/switch";
import type { ReactNode } from "react";
import { useId } from "react";
import { cn } from "@/lib/cn";

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  help?: ReactNode;
  disabled?: boolean;
  className?: string;
}

/** On or off, at once: what it changes is changed by the click. */
export function Switch({ checked, onChange, label, help, disabled = false, className }: SwitchProps) {
  const id = useId();
  return (
    <div className={cn("flex items-start justify-between gap-6", className)}>
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        {help === undefined ? null : (
          <p id={`${id}-help`} className="text-fg-muted text-meta">
            {help}
          </p>
        )}
      </div>
      <Base.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        {...(help === undefined ? {} : { "aria-describedby": `${id}-help` })}
        className={cn(
          "relative flex h-6 min-h-6 w-10.5 shrink-0 cursor-pointer rounded-full bg-control p-0.75 transition-colors duration-160",
          "data-checked:bg-accent data-disabled:cursor-default data-disabled:opacity-50",
          "touch:before:absolute touch:before:-inset-2.5 touch:before:content-['']",
        )}
      >
        <Base.Thumb className="aspect-square h-full rounded-full bg-surface shadow-sm transition-[translate] duration-160 ease-out data-checked:translate-x-4.5 rtl:data-checked:-translate-x-4.5" />
      </Base.Root>
    </div>
  );
}
