/** What is open over or beside the page. Any feature may open these; the app's shell draws them. */
import { create } from "zustand";

interface ShellState {
  /** The sidebar as a drawer, on narrow screens; on wide ones see `useAppearance().sidebarOpen`. */
  drawerOpen: boolean;
  paletteOpen: boolean;
  helpOpen: boolean;
}

export const useShell = create<ShellState>(() => ({
  drawerOpen: false,
  paletteOpen: false,
  helpOpen: false,
}));

export const shell = {
  setDrawer: (drawerOpen: boolean) => useShell.setState({ drawerOpen }),
  setPalette: (paletteOpen: boolean) => useShell.setState({ paletteOpen }),
  setHelp: (helpOpen: boolean) => useShell.setState({ helpOpen }),
};
