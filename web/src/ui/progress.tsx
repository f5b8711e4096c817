import { cn } from "@/lib/cn";

interface ProgressProps {
  /** 0 to 1; null while nobody can tell. */
  value: number | null;
  label: string;
  className?: string;
}

/** A thin bar that fills. */
export function Progress({ value, label, className }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-hover", className)}
    >
      <div
        className={cn(
          "h-full rounded-full bg-accent transition-[width] duration-200 ease-out",
          percent === null && "animate-breathe",
        )}
        style={{ width: `${percent ?? 100}%` }}
      />
    </div>
  );
}
