/** The look that dialogs, alerts, drawers and the palette share. */
export const backdropClass =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-160 data-starting-style:opacity-0 data-ending-style:opacity-0";

export const dialogClass = [
  "fixed z-50 flex max-h-[min(44rem,calc(100dvh-2rem))] w-[min(28rem,calc(100vw-2rem))] flex-col rounded-xl border border-border bg-surface text-fg shadow-lg outline-none",
  "top-1/2 start-1/2 -translate-y-1/2 -translate-x-1/2 rtl:translate-x-1/2",
  "transition-[opacity,scale] duration-160 ease-out data-starting-style:scale-97 data-starting-style:opacity-0 data-ending-style:scale-98 data-ending-style:opacity-0",
].join(" ");
