/** The look that menus, selects, popovers and comboboxes share. */
export const popupClass = [
  "rounded-lg border border-border bg-surface p-1 text-fg shadow-lg outline-none",
  "origin-(--transform-origin) transition-[opacity,scale] duration-140 ease-out",
  "data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:scale-98 data-ending-style:opacity-0",
].join(" ");

export const itemClass = [
  "flex min-h-8.5 cursor-pointer select-none items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-start text-sm outline-none",
  "data-highlighted:bg-hover data-disabled:cursor-default data-disabled:opacity-50 touch:min-h-11",
  "[&_svg]:size-4 [&_svg]:shrink-0",
].join(" ");
