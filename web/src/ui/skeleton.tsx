import { type ReactNode, useEffect, useState } from "react";
import { cn } from "@/lib/cn";

/** A grey shape of the same size as what will come. Use inside `Delayed`. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("block animate-breathe rounded-sm bg-muted", className)} />;
}

/** Shows its children only after 150 ms, so that what is quick does not flicker. Keeps their room meanwhile. */
export function Delayed({ children, ms = 150, label }: { children: ReactNode; ms?: number; label?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return (
    <div className={cn("transition-opacity duration-160", shown ? "opacity-100" : "invisible opacity-0")}>
      {label === undefined ? null : (
        <span role="status" className="sr-only">
          {shown ? label : ""}
        </span>
      )}
      {children}
    </div>
  );
}
