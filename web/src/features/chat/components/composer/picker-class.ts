/** One choice of a list. */
export const rowClass =
  "flex w-full cursor-pointer items-start gap-2.5 rounded-sm px-2.5 py-2 text-start text-sm hover:bg-hover aria-[current=true]:bg-muted touch:min-h-11";
