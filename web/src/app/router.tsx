import { createBrowserRouter, type LoaderFunctionArgs, type RouteObject, redirect } from "react-router";
import { session } from "@/lib/session";
import { NotFoundPage, RouteErrorPage } from "./error-pages";
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
            lazy: async () => ({ Component: (await import("@/features/landing/landing-page")).LandingPage }),
          },
          {
            path: "login",
            lazy: async () => ({ Component: (await import("@/features/auth/login-page")).LoginPage }),
          },
          {
            path: "signup",
            lazy: async () => ({ Component: (await import("@/features/auth/signup-page")).SignupPage }),
          },
        ],
      },
      {
        path: "welcome",
        loader: requireSession,
        lazy: async () => ({
          Component: (await import("./onboarding-route")).OnboardingRoute,
        }),
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
                lazy: async () => ({ Component: (await import("@/features/chat/routes")).ChatPage }),
              },
              {
                path: "settings",
                lazy: async () => ({
                  Component: (await import("@/features/settings/settings-layout")).SettingsLayout,
                }),
                children: [
                  { index: true, loader: () => redirect("/settings/profile") },
                  settingsPage(
                    "profile",
                    async () => (await import("@/features/settings/profile-page")).ProfilePage,
                  ),
                  settingsPage(
                    "appearance",
                    async () => (await import("@/features/settings/appearance-page")).AppearancePage,
                  ),
                  settingsPage(
                    "models",
                    async () => (await import("@/features/settings/models/models-page")).ModelsPage,
                  ),
                  settingsPage(
                    "security",
                    async () => (await import("@/features/settings/security-page")).SecurityPage,
                  ),
                  settingsPage(
                    "account",
                    async () => (await import("@/features/settings/account-page")).AccountPage,
                  ),
                  settingsPage(
                    "shortcuts",
                    async () => (await import("@/features/settings/shortcuts-page")).ShortcutsPage,
                  ),
                  settingsPage(
                    "about",
                    async () => (await import("@/features/settings/about-page")).AboutPage,
                  ),
                ],
              },
            ],
          },
        ],
      },
      ...(import.meta.env.DEV
        ? [
            {
              path: "dev/gallery",
              lazy: async () => ({ Component: (await import("./dev/gallery")).GalleryPage }),
            },
          ]
        : []),
      { path: "*", element: <NotFoundPage /> },
    ],
  },
];

function settingsPage(path: string, load: () => Promise<React.ComponentType>): RouteObject {
  return { path, lazy: async () => ({ Component: await load() }) };
}

export function createRouter() {
  return createBrowserRouter(routes);
}
