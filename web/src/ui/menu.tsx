import { createContext, lazy, type ReactElement, type ReactNode, Suspense, useContext } from "react";
import { patiently } from "@/lib/patient";
import type { MenuItemProps, MenuParts, MenuRadioProps, PlacementProps } from "./menu-popup";
import { useTriggered } from "./overlay";

const load = () => import("./menu-popup");
const MenuPopup = lazy(patiently(async () => ({ default: (await load()).MenuPopup })));

/** The parts come with the popup's code; items find them here. */
const Parts = createContext<MenuParts | null>(null);

interface MenuProps extends PlacementProps {
  /** The button that opens it; it must take props and a ref. */
  trigger: ReactElement;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string;
}

export function Menu({ trigger, children, open, onOpenChange, ...popup }: MenuProps) {
  const triggered = useTriggered({ trigger, open, onOpenChange }, "menu", load);
  return (
    <>
      {triggered.trigger}
      {triggered.used ? (
        <Suspense>
          <MenuPopup {...triggered.anchored} {...popup} partsContext={Parts}>
            {children}
          </MenuPopup>
        </Suspense>
      ) : null}
    </>
  );
}

export function MenuItem(props: MenuItemProps) {
  const parts = useContext(Parts);
  return parts === null ? null : <parts.Item {...props} />;
}

export function MenuSeparator() {
  const parts = useContext(Parts);
  return parts === null ? null : <parts.Separator />;
}

/** One choice among few, inside a menu. */
export function MenuRadio<T extends string>(props: MenuRadioProps<T>) {
  const parts = useContext(Parts);
  return parts === null ? null : <parts.Radio {...props} />;
}
