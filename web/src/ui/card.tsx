import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

export function Card({ className, ...props }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border border-border bg-surface shadow-xs", className)} {...props} />;
}

interface SectionProps {
  title: string;
  description?: ReactNode;
  /** At the far end of the heading's line. */
  action?: ReactNode;
  children: ReactNode;
}

/** A titled part of a page of settings. */
export function Section({ title, description, action, children }: SectionProps) {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 className="font-semibold text-base">{title}</h2>
          {description === undefined ? null : <p className="max-w-xl text-fg-muted text-sm">{description}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
