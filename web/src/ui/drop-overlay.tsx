import { FilePlus2 } from "lucide-react";

/** Lies over the page while files are held over it. */
export function DropOverlay({ title, detail }: { title: string; detail: string }) {
  return (
    <div className="pointer-events-none absolute inset-0 z-40 grid animate-appear place-items-center bg-bg/80 p-3 backdrop-blur-[2px]">
      <div className="grid size-full place-items-center rounded-2xl border-2 border-accent border-dashed bg-accent-soft/60">
        <div className="flex flex-col items-center px-6 text-center">
          <span className="mb-4 grid size-14 place-items-center rounded-full bg-accent text-accent-fg shadow-md">
            <FilePlus2 aria-hidden className="size-6" />
          </span>
          <p className="font-semibold text-lg">{title}</p>
          <p className="mt-1 text-fg-muted text-sm">{detail}</p>
        </div>
      </div>
    </div>
  );
}
