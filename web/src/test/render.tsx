import { QueryClientProvider } from "@tanstack/react-query";
import { type RenderResult, render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactElement, ReactNode } from "react";
import { createMemoryRouter, type RouteObject, RouterProvider } from "react-router";
import { expect } from "vitest";
import { createQueryClient } from "@/lib/api";
import { session } from "@/lib/session";
import { Toaster } from "@/ui/toast";
import { TooltipProvider } from "@/ui/tooltip";
import { fixtures } from "./fixtures";

export interface RenderOptions {
  /** Path (with search) that the page is opened at; default `/`. */
  path?: string;
  /** Whole route table; without it the element answers every path. */
  routes?: RouteObject[];
  /** Sign in first; default true. */
  signedIn?: boolean;
}

export interface Rendered extends RenderResult {
  user: UserEvent;
  router: ReturnType<typeof createMemoryRouter>;
}

/** Renders a page as the app would: router, server data, tooltips, toasts, a signed-in session. */
export function renderPage(element: ReactElement | null, options: RenderOptions = {}): Rendered {
  const { path = "/", signedIn = true, routes = [{ path: "*", element }] } = options;
  if (signedIn && session.token() === null) session.signIn(fixtures.token());
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const user = userEvent.setup({ delay: null });
  const result = render(
    <Providers>
      <RouterProvider router={router} />
    </Providers>,
  );
  return Object.assign(result, { user, router });
}

function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={createQueryClient()}>
      <TooltipProvider>{children}</TooltipProvider>
      <Toaster />
    </QueryClientProvider>
  );
}

/** Fails with the list of axe's findings. Colours are judged in the real browser, jsdom has none. */
export async function expectAccessible(container: Element = document.body): Promise<void> {
  const { violations } = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  const findings = violations.map(
    (v) => `${v.id}: ${v.help}\n${v.nodes.map((node) => `   ${node.html}`).join("\n")}`,
  );
  expect(findings).toEqual([]);
}
