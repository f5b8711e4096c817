import type { ComponentType } from "react";
import { createBrowserRouter, type LoaderFunctionArgs, type RouteObject, redirect } from "react-router";
import { type LaterNamespace, loadWords } from "@/lib/i18n";
import { session } from "@/lib/session";
import { RouteErrorPage } from "./error-page";
import { AppLayout } from "./layout";
import { PageFallback } from "./page-fallback";

/** Sends strangers to the sign-in page and brings them back afterwards. */
export function requireSession({ request }: LoaderFunctionArgs): Response | null {
  if (session.token() !== null) return null;
  const url = new URL(request.url);
  const next = url.pathname + url.search;
  return redirect(next === "/chat" ? "/login" : `/login?next=${encodeURIComponent(next)}`);
}

/** Pages for strangers: who is signed in goes to their chats. */
export function refuseSession(): Response | null {
  return session.token() === null ? null : redirect("/chat");
}

/** A page whose code and words are fetched when it is first opened. */
function page(words: LaterNamespace[], load: () => Promise<ComponentType>): RouteObject["lazy"] {
  return async () => {
    const [Component] = await Promise.all([load(), loadWords(...words)]);
    return { Component };
  };
}

function settingsPage(path: string, load: () => Promise<ComponentType>): RouteObject {
  // Password fields speak the auth feature's words.
  return { path, lazy: page(["settings", "auth"], load) };
}

const settingsPages: RouteObject[] = [
  { index: true, element: null, loader: () => redirect("/settings/profile") },
  settingsPage("profile", async () => (await import("@/features/settings/profile-page")).ProfilePage),
  settingsPage(
    "appearance",
    async () => (await import("@/features/settings/appearance-page")).AppearancePage,
  ),
  settingsPage("models", async () => (await import("@/features/settings/models/models-page")).ModelsPage),
  {
    path: "tools",
    lazy: page(
      ["settings", "tools"],
      async () => (await import("@/features/settings/tools/tools-page")).ToolsPage,
    ),
  },
  {
    path: "mcp",
    lazy: page(["settings", "mcp"], async () => (await import("@/features/settings/mcp/mcp-page")).McpPage),
  },
  {
    path: "mcp/login",
    lazy: page(
      ["settings", "mcp"],
      async () => (await import("@/features/settings/mcp/login-page")).McpLoginPage,
    ),
  },
  settingsPage("keys", async () => (await import("@/features/settings/admin/pages")).KeysPage),
  settingsPage("agents", async () => (await import("@/features/settings/admin/pages")).AgentsPage),
  settingsPage("people", async () => (await import("@/features/settings/admin/pages")).PeoplePage),
  settingsPage("audit", async () => (await import("@/features/settings/admin/pages")).AuditPage),
  settingsPage("security", async () => (await import("@/features/settings/security-page")).SecurityPage),
  settingsPage("account", async () => (await import("@/features/settings/account-page")).AccountPage),
  settingsPage("shortcuts", async () => (await import("@/features/settings/shortcuts-page")).ShortcutsPage),
  settingsPage("about", async () => (await import("@/features/settings/about-page")).AboutPage),
];

const galleryPages: RouteObject[] =
  import.meta.env.DEV || import.meta.env.MODE === "gallery"
    ? [
        {
          path: "dev/gallery",
          lazy: page(["auth"], async () => (await import("./dev/gallery")).GalleryPage),
        },
      ]
    : [];

/** Every page, each in a chunk of its own. */
export const routes: RouteObject[] = [
  {
    errorElement: <RouteErrorPage />,
    hydrateFallbackElement: <PageFallback />,
    children: [
      {
        loader: refuseSession,
        children: [
          {
            index: true,
            lazy: page(
              ["landing"],
              async () => (await import("@/features/landing/landing-page")).LandingPage,
            ),
          },
          {
            path: "login",
            lazy: page(["auth"], async () => (await import("@/features/auth/login-page")).LoginPage),
          },
          {
            path: "signup",
            lazy: page(["auth"], async () => (await import("@/features/auth/signup-page")).SignupPage),
          },
        ],
      },
      {
        path: "welcome",
        loader: requireSession,
        lazy: page(
          ["onboarding", "settings", "auth"],
          async () => (await import("./onboarding-route")).OnboardingRoute,
        ),
      },
      {
        loader: requireSession,
        element: <AppLayout />,
        children: [
          {
            errorElement: <RouteErrorPage inside />,
            children: [
              {
                path: "chat/:chatId?",
                lazy: page([], async () => (await import("@/features/chat/routes")).ChatPage),
              },
              {
                path: "memories",
                lazy: page(
                  ["memories"],
                  async () => (await import("@/features/memories/memories-page")).MemoriesPage,
                ),
              },
              {
                path: "documents",
                lazy: page(
                  ["documents"],
                  async () => (await import("@/features/documents/documents-page")).DocumentsPage,
                ),
              },
              {
                path: "documents/:documentId",
                lazy: page(
                  ["documents"],
                  async () => (await import("@/features/documents/document-page")).DocumentPage,
                ),
              },
              {
                path: "settings",
                lazy: page(
                  ["settings"],
                  async () => (await import("@/features/settings/settings-layout")).SettingsLayout,
                ),
                children: settingsPages,
              },
            ],
          },
        ],
      },
      ...galleryPages,
      { path: "*", lazy: page([], async () => (await import("./error-pages")).NotFoundPage) },
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
