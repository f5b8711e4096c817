import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/api";
import { useAppearance } from "@/lib/preferences";
import { session } from "@/lib/session";
import { shell, useShell } from "@/lib/shell";
import { setViewportWidth } from "@/test/browser";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { RouteErrorPage } from "./error-page";
import { NotFoundPage } from "./error-pages";
import { routes } from "./router";
import { SessionKeeper } from "./session-keeper";

const open = (path: string, signedIn = true) => renderPage(null, { routes, path, signedIn });

beforeEach(() => {
  setViewportWidth(1280);
  useAppearance.setState({ sidebarOpen: true });
  useShell.setState({ drawerOpen: false, paletteOpen: false, helpOpen: false });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("who may see what", () => {
  it("shows strangers the landing page and the signed-in their chats", async () => {
    const { router } = open("/", false);
    expect(await screen.findByRole("heading", { name: "An assistant that is yours." })).toBeVisible();
    expect(router.state.location.pathname).toBe("/");
  });

  it("takes the signed-in from the pages for strangers to the chats", async () => {
    const { router } = open("/login");
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat"));
  });

  it("sends strangers to sign in and remembers where they were headed", async () => {
    const { router } = open("/settings/about?x=1", false);
    expect(await screen.findByRole("heading", { name: "Welcome back" })).toBeVisible();
    expect(router.state.location.search).toBe("?next=%2Fsettings%2Fabout%3Fx%3D1");
  });

  it("leaves the page at once when the person signs out, in this tab or another", async () => {
    const { router } = open("/settings/about");
    await screen.findByText("Version 0.1.0");
    act(() => session.signOut());
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
  });

  it("opens settings at the profile", async () => {
    const { router } = open("/settings");
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/profile"));
  });
});

describe("the shell", () => {
  it("has sidebar, page and user menu, all accessible", async () => {
    const { container, user } = open("/settings/shortcuts");
    expect(await screen.findByRole("complementary", { name: "Sidebar" })).toBeVisible();
    await screen.findByRole("heading", { level: 2, name: "Shortcuts" });
    expect(screen.getByRole("link", { name: "Skip to content" })).toHaveAttribute("href", "#page");
    await expectAccessible(container);
    await user.click(await screen.findByRole("button", { name: /Your account: ?Ada Lovelace/ }));
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    expect(useAppearance.getState().theme).toBe("dark");
    useAppearance.setState({ theme: "system" });
  });

  it("signs out from the user menu", async () => {
    const { user, router } = open("/settings/about");
    await user.click(await screen.findByRole("button", { name: /Your account/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
    expect(session.token()).toBeNull();
  });

  it("puts the sidebar away and brings it back", async () => {
    const { user } = open("/settings/about");
    await user.click(await screen.findByRole("button", { name: "Close sidebar" }));
    expect(screen.queryByRole("complementary", { name: "Sidebar" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Open sidebar" }));
    expect(screen.getByRole("complementary", { name: "Sidebar" })).toBeVisible();
  });

  it("is a drawer on a phone, and closes when a page is chosen", async () => {
    setViewportWidth(390);
    const { user } = open("/settings/about");
    await user.click(await screen.findByRole("button", { name: "Open sidebar" }));
    const drawer = await screen.findByRole("dialog", { name: "Sidebar" });
    await user.click(within(drawer).getByRole("link", { name: "New chat" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("obeys the keyboard anywhere", async () => {
    const { user, router } = open("/settings/about");
    await screen.findByText("Version 0.1.0");
    await user.keyboard("{Control>}b{/Control}");
    expect(useAppearance.getState().sidebarOpen).toBe(false);
    await user.keyboard("{Control>}/{/Control}");
    const help = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(help).getByText("New chat")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.keyboard("{Control>}{Shift>}o{/Shift}{/Control}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat"));
  });

  it("says when the network is gone", async () => {
    open("/settings/about");
    await screen.findByText("Version 0.1.0");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    act(() => void window.dispatchEvent(new Event("offline")));
    expect(screen.getByText(/You're offline/)).toBeVisible();
    vi.restoreAllMocks();
    act(() => void window.dispatchEvent(new Event("online")));
    expect(screen.queryByText(/You're offline/)).toBeNull();
  });
});

describe("the palette", () => {
  it("finds pages, actions and chats, and opens them", async () => {
    server.use(
      http.get("*/api/chat", ({ request }) => {
        const q = new URL(request.url).searchParams.get("q") ?? "";
        const chat = {
          id: "0199cccc-0000-7000-8000-000000000001",
          title: "Bears in winter",
          agentType: "router",
          pinned: false,
          archived: false,
          createdAt: "2026-11-20T09:00:00Z",
          updatedAt: "2026-11-20T09:00:00Z",
        };
        return HttpResponse.json({
          items: "bears in winter".includes(q.toLowerCase()) ? [chat] : [],
          nextCursor: null,
        });
      }),
    );
    const { user, router } = open("/settings/about");
    await screen.findByText("Version 0.1.0");
    await user.keyboard("{Control>}k{/Control}");
    const field = await screen.findByPlaceholderText("Search chats, pages and actions");
    await expectAccessible();
    await user.type(field, "security");
    await user.click(await screen.findByRole("option", { name: /Security/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/settings/security"));
    act(() => shell.setPalette(true));
    await user.type(await screen.findByPlaceholderText("Search chats, pages and actions"), "bears");
    await user.click(await screen.findByRole("option", { name: /Bears in winter/ }));
    await waitFor(() =>
      expect(router.state.location.pathname).toBe("/chat/0199cccc-0000-7000-8000-000000000001"),
    );
  });
});

describe("when something is wrong", () => {
  const broken = (error: unknown) => [
    {
      path: "/",
      loader: () => {
        throw error;
      },
      errorElement: <RouteErrorPage />,
      hydrateFallbackElement: <p>loading</p>,
      element: null,
    },
  ];
  const openBroken = (error: unknown) => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    return renderPage(null, { routes: broken(error), signedIn: false });
  };

  it("says that an address leads nowhere, and the way out", async () => {
    const { container } = renderPage(<NotFoundPage />, { signedIn: false });
    expect(screen.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Go to start" })).toHaveAttribute("href", "/");
    await expectAccessible(container);
  });

  it("owns up to a crash and gives the details to pass on", async () => {
    const { user, container } = openBroken(new Error("kaput"));
    expect(await screen.findByRole("heading", { name: "This page broke" })).toBeVisible();
    await user.click(screen.getByText("Technical details"));
    expect(screen.getByText(/kaput/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Copy details" }));
    expect(await screen.findByRole("button", { name: "Copied" })).toBeVisible();
    expect(await navigator.clipboard.readText()).toContain("kaput");
    await expectAccessible(container);
  });

  it.each([
    [new ApiError({ status: 0, code: "network_error", title: "x" }), "Kuma can't be reached"],
    [new ApiError({ status: 404, code: "not_found", title: "x" }), "There is nothing here"],
    [new TypeError("Failed to fetch dynamically imported module: http://x/y.js"), "Kuma was updated"],
  ])("tells %s from a crash", async (error, heading) => {
    openBroken(error);
    expect(await screen.findByRole("heading", { name: heading })).toBeVisible();
  });
});

describe("a session that ends in mid-work", () => {
  it("asks for the password over the page, keeps what was typed and finishes what was begun", async () => {
    const fresh = fixtures.token({ ver: 2 });
    let saved: unknown;
    server.use(
      http.patch("*/api/auth/me", async ({ request }) => {
        if (request.headers.get("authorization") !== `Bearer ${fresh}`) {
          return problem(401, { code: "unauthorized", title: "Sign in again" });
        }
        saved = await request.json();
        return HttpResponse.json({ user: fixtures.user({ name: "Ada King" }) });
      }),
      http.post("*/api/auth/login", () => HttpResponse.json({ token: fresh, user: fixtures.user() })),
    );
    renderPage(<SessionKeeper />);
    const { user } = open("/settings/profile");
    const name = await screen.findByLabelText("Name");
    await user.clear(name);
    await user.type(name, "Ada King");
    await user.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("dialog", { name: "Sign in to continue" });
    expect(name).toHaveValue("Ada King");
    await user.type(within(dialog).getByLabelText("Password"), "correct horse{Enter}");
    expect(await screen.findByText("Your name is saved.")).toBeVisible();
    expect(saved).toEqual({ name: "Ada King" });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});
