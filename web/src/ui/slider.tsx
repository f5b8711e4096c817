import { Slider as Base } from "@base-ui/react/slider";
import { cn } from "@/lib/cn";

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  /** How the number reads, e.g. with its unit. */
  format?: Intl.NumberFormatOptions;
  disabled?: boolean;
  className?: string;
}

export function Slider({
  label,
  value,
  onChange,
  min,
  max,
  step = 1,
  format,
  disabled = false,
  className,
}: SliderProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => typeof next === "number" && onChange(next)}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      {...(format === undefined ? {} : { format })}
      className={cn("grid gap-2 data-disabled:opacity-50", className)}
    >
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <Base.Label className="font-medium">{label}</Base.Label>
        <Base.Value className="text-fg-muted tabular-nums" />
      </div>
      <Base.Control className="flex h-6 cursor-pointer touch-none items-center touch:h-11">
        <Base.Track className="h-1.5 w-full rounded-full bg-control/45">
          <Base.Indicator className="rounded-full bg-accent" />
          <Base.Thumb className="size-5 rounded-full border border-control bg-surface shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-focus has-focus-visible:outline-offset-2" />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
