import type { ReactNode } from "react";

/** One page of settings: its name, a line on what it is, its sections. */
export function SettingsPage(props: { title: string; description?: ReactNode; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-10">
      <div>
        <h2 className="font-semibold text-lg">{props.title}</h2>
        {props.description === undefined ? null : (
          <p className="mt-1 max-w-xl text-fg-muted text-sm">{props.description}</p>
        )}
      </div>
      {props.children}
    </div>
  );
}
