import { Menu as Base } from "@base-ui/react/menu";
import { type ComponentProps, type Context, type ReactNode, useRef } from "react";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { Kbd } from "./kbd";
import type { AnchoredProps } from "./overlay";
import { itemClass, popupClass } from "./popup";

export interface PlacementProps {
  side?: ComponentProps<typeof Base.Positioner>["side"];
  align?: ComponentProps<typeof Base.Positioner>["align"];
}

interface MenuPopupProps extends AnchoredProps, PlacementProps {
  className?: string;
  partsContext: Context<MenuParts | null>;
  children: ReactNode;
}

/** What opens: loaded at first use by `Menu`. */
export function MenuPopup(props: MenuPopupProps) {
  const { open, onOpenChange, anchor, byKeyboard, side = "bottom", align = "start", className } = props;
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, details) => {
        // The trigger closes it by its own click; closing here as well would make that click open it anew.
        const target = details.event.target;
        if (details.reason === "outside-press" && target instanceof Node && anchor.current?.contains(target))
          return;
        onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={anchor} side={side} align={align} sideOffset={6} className="z-50">
          <Base.Popup
            // Base UI gives the focus to the popup; who came by keyboard goes on with the first item.
            onFocus={(event) => {
              if (!byKeyboard || event.target !== event.currentTarget) return;
              event.currentTarget.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
            }}
            ref={popup}
            // Back to what opened it, unless what was chosen has taken the focus: a title to be changed, a dialog.
            finalFocus={() => {
              const now = document.activeElement;
              const moved = now !== null && now !== document.body && popup.current?.contains(now) !== true;
              return moved ? false : anchor.current;
            }}
            aria-label={anchor.current?.getAttribute("aria-label") ?? undefined}
            className={cn(popupClass, "min-w-48 max-w-80", className)}
          >
            <props.partsContext value={PARTS}>{props.children}</props.partsContext>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  /** Shown at the far end; binding it is the caller's business. */
  keys?: string;
  tone?: "plain" | "danger";
  disabled?: boolean;
  onSelect?: () => void;
  /** Makes it a link. */
  to?: string;
  children: ReactNode;
}

function Item({ icon, keys, tone = "plain", disabled = false, onSelect, to, children }: MenuItemProps) {
  const className = cn(itemClass, tone === "danger" ? "text-danger" : "text-fg", "[&>svg]:text-fg-muted");
  const content = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys === undefined ? null : (
        <span aria-hidden>
          <Kbd keys={keys} />
        </span>
      )}
    </>
  );
  if (to !== undefined) {
    return (
      <Base.LinkItem className={className} render={<Link to={to} />} closeOnClick>
        {content}
      </Base.LinkItem>
    );
  }
  return (
    <Base.Item
      className={className}
      disabled={disabled}
      {...(onSelect === undefined ? {} : { onClick: onSelect })}
    >
      {content}
    </Base.Item>
  );
}

function Separator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-border" />;
}

export interface MenuRadioProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; hint?: string; icon?: ReactNode }[];
}

function Radio<T extends string>({ label, value, onChange, options }: MenuRadioProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2.5 pt-2 pb-1 text-fg-subtle text-xs">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick className={itemClass}>
            {option.icon}
            <span className="min-w-0 flex-1">
              <span className="block truncate">{option.label}</span>
              {option.hint === undefined ? null : (
                <span className="block text-fg-muted text-meta">{option.hint}</span>
              )}
            </span>
            <span className="grid size-2 place-items-center">
              <Base.RadioItemIndicator className="size-2 rounded-full bg-accent" />
            </span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

const PARTS = { Item, Separator, Radio };
export type MenuParts = typeof PARTS;
