import type { ReactNode } from "react";
import { lazyOverlay } from "./overlay";

export interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names it; spoken only. */
  title: string;
  /** The edge it comes from. */
  side?: "start" | "end" | "bottom";
  className?: string;
  children: ReactNode;
}

/** A panel over the page from one edge: the sidebar on a phone, sources beside a chat. */
export const Drawer = lazyOverlay<DrawerProps>(async () => (await import("./drawer-impl")).DrawerImpl);
