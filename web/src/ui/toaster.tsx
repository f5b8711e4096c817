import { useEffect } from "react";
import { Toaster as Sonner, toast as sonner } from "sonner";
import { useAppearance } from "@/lib/preferences";

/** Loaded with the first toast by `Toaster`; says when it listens. */
export function ToasterImpl({ onReady }: { onReady: (show: typeof sonner) => () => void }) {
  useEffect(() => onReady(sonner), [onReady]);
  const theme = useAppearance((state) => state.theme);
  return (
    <Sonner
      theme={theme}
      position="bottom-center"
      offset={20}
      gap={10}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-(--width) items-center gap-3 rounded-md border border-border bg-surface px-4 py-3 text-sm text-fg shadow-lg",
          title: "font-medium",
          description: "text-fg-muted text-meta",
          content: "flex-1 min-w-0",
          icon: "shrink-0 text-fg-muted",
          actionButton:
            "shrink-0 cursor-pointer rounded-sm px-2 py-1 font-medium text-accent-text hover:bg-hover touch:min-h-11",
          cancelButton: "shrink-0 cursor-pointer rounded-sm px-2 py-1 text-fg-muted hover:bg-hover",
          error: "border-danger/40",
        },
      }}
    />
  );
}
