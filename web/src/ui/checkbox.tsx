import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useId } from "react";
import { cn } from "@/lib/cn";

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  disabled?: boolean;
  className?: string;
}

export function Checkbox({ checked, onChange, label, disabled = false, className }: CheckboxProps) {
  const id = useId();
  return (
    <div className={cn("flex min-h-6 items-start gap-2.5 touch:min-h-11 touch:items-center", className)}>
      <Base.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className={cn(
          "relative mt-0.25 grid size-5 shrink-0 cursor-pointer place-items-center rounded-xs border border-control bg-surface transition-colors duration-120",
          "before:absolute before:-inset-0.75 before:content-[''] touch:before:-inset-3",
          "data-checked:border-accent data-checked:bg-accent data-disabled:cursor-default data-disabled:opacity-50",
        )}
      >
        <Base.Indicator className="text-accent-fg">
          <Check aria-hidden className="size-3.5" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <label htmlFor={id} className="text-sm">
        {label}
      </label>
    </div>
  );
}
