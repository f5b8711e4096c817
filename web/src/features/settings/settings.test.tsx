import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { useAppearance } from "@/lib/preferences";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { AboutPage } from "./about-page";
import { AccountPage } from "./account-page";
import { AppearancePage } from "./appearance-page";
import { ProfilePage } from "./profile-page";
import { SecurityPage } from "./security-page";
import { SETTINGS_TABS, SettingsLayout } from "./settings-layout";
import { ShortcutsPage } from "./shortcuts-page";

describe("the frame", () => {
  it("lists every page and marks the open one", async () => {
    renderPage(null, {
      path: "/settings/profile",
      routes: [
        {
          path: "/settings",
          element: <SettingsLayout />,
          children: [{ path: "profile", element: <p>here</p> }],
        },
      ],
    });
    const nav = within(screen.getByRole("navigation", { name: "Settings pages" }));
    expect(nav.queryByRole("link", { name: "Agents" })).toBeNull();
    await nav.findByRole("link", { name: "Agents" });
    const links = nav.getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(
      SETTINGS_TABS.map((tab) => `/settings/${tab}`),
    );
    expect(screen.getByRole("link", { name: "Profile" })).toHaveAttribute("aria-current", "page");
    expect(document.title).toBe("Profile · Kuma");
  });
});

describe("profile", () => {
  it("saves a new name and shows it", async () => {
    let body: unknown;
    server.use(
      http.patch("*/api/auth/me", async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ user: fixtures.user({ name: "Ada King" }) });
      }),
    );
    const { user, container } = renderPage(<ProfilePage />);
    const name = await screen.findByLabelText("Name");
    expect(name).toHaveValue("Ada Lovelace");
    expect(screen.getByLabelText("Email")).toHaveAttribute("readonly");
    const save = screen.getByRole("button", { name: "Save" });
    expect(save).toBeDisabled();
    await expectAccessible(container);
    await user.clear(name);
    await user.type(name, "Ada King");
    await user.click(save);
    expect(await screen.findByText("Your name is saved.")).toBeVisible();
    expect(body).toEqual({ name: "Ada King" });
    await waitFor(() => expect(save).toBeDisabled());
  });

  it("refuses an empty name", async () => {
    const { user } = renderPage(<ProfilePage />);
    await user.clear(await screen.findByLabelText("Name"));
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Enter a name.")).toBeVisible();
  });

  it("says what failed and tries again", async () => {
    let calls = 0;
    server.use(
      http.get("*/api/auth/me", () => {
        calls += 1;
        return calls === 1
          ? problem(403, { code: "forbidden", title: "Not now", detail: "Come back later." })
          : HttpResponse.json({ user: fixtures.user() });
      }),
    );
    const { user } = renderPage(<ProfilePage />);
    expect(await screen.findByRole("alert")).toHaveTextContent("Come back later.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("Name")).toBeVisible();
  });
});

describe("appearance", () => {
  it("changes theme and density at once", async () => {
    const { user, container } = renderPage(<AppearancePage />);
    await user.click(screen.getByRole("radio", { name: "Dark" }));
    await user.click(screen.getByRole("radio", { name: "Compact" }));
    expect(useAppearance.getState()).toMatchObject({ theme: "dark", density: "compact" });
    await expectAccessible(container);
    useAppearance.setState({ theme: "system", density: "comfortable" });
  });
});

describe("security", () => {
  const current = () => screen.getByLabelText("Current password");
  const next = () => screen.getByLabelText("New password");

  it("changes the password and goes on with a new token, unnoticed", async () => {
    const fresh = fixtures.token({ ver: 2 });
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/auth/password", async ({ request }) => {
        bodies.push(await request.json());
        return new HttpResponse(null, { status: 204 });
      }),
      http.post("*/api/auth/login", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ token: fresh, user: fixtures.user() });
      }),
    );
    const { user, container } = renderPage(<SecurityPage />);
    await user.type(current(), "correct horse");
    await user.type(next(), "battery staple");
    await user.click(screen.getByRole("button", { name: "Change password" }));
    expect(await screen.findByText(/Your password is changed/)).toBeVisible();
    expect(bodies).toEqual([
      { currentPassword: "correct horse", newPassword: "battery staple" },
      { email: "ada@example.com", password: "battery staple" },
    ]);
    expect(session.token()).toBe(fresh);
    expect(current()).toHaveValue("");
    await expectAccessible(container);
  });

  it("says at the field that the current password is wrong, without ending the session", async () => {
    server.use(
      http.post("*/api/auth/password", () =>
        problem(422, {
          code: "validation",
          title: "Check the form",
          errors: { currentPassword: ["This is not your password."] },
        }),
      ),
    );
    const { user } = renderPage(<SecurityPage />);
    await user.type(current(), "wrong horse");
    await user.type(next(), "battery staple{Enter}");
    await waitFor(() => expect(current()).toHaveAccessibleDescription("This is not your password."));
    expect(session.token()).not.toBeNull();
  });

  it("refuses the same password and a short one before asking the server", async () => {
    const { user } = renderPage(<SecurityPage />);
    await user.type(current(), "correct horse");
    await user.type(next(), "correct horse{Enter}");
    expect(await screen.findByText(/differs from the current/)).toBeVisible();
    await user.clear(next());
    await user.type(next(), "short");
    expect(await screen.findByText("Use at least 8 characters.")).toBeVisible();
  });

  it("signs out everywhere after a question", async () => {
    let called = false;
    server.use(
      http.post("*/api/auth/logout-all", () => {
        called = true;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderPage(<SecurityPage />);
    await user.click(screen.getByRole("button", { name: "Sign out everywhere" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(called).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: "Sign out everywhere" }));
    await waitFor(() => expect(session.token()).toBeNull());
    expect(called).toBe(true);
  });

  it("stays signed in and says why when that is refused", async () => {
    server.use(
      http.post("*/api/auth/logout-all", () =>
        problem(503, { code: "database_unavailable", title: "Not now" }),
      ),
    );
    const { user } = renderPage(<SecurityPage />);
    await user.click(screen.getByRole("button", { name: "Sign out everywhere" }));
    const dialog = await screen.findByRole("alertdialog");
    await user.click(within(dialog).getByRole("button", { name: "Sign out everywhere" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("Not now");
    expect(session.token()).not.toBeNull();
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });
});

describe("account", () => {
  it("deletes only with the phrase and the password", async () => {
    let body: unknown;
    server.use(
      http.delete("*/api/auth/me", async ({ request }) => {
        body = await request.json();
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderPage(<AccountPage />);
    await user.click(screen.getByRole("button", { name: /Delete my account/ }));
    const confirm = await screen.findByRole("button", { name: "Delete everything" });
    await expectAccessible();
    expect(confirm).toBeDisabled();
    await user.type(screen.getByLabelText(/Type delete my account to confirm/), "Delete my account");
    expect(confirm).toBeDisabled();
    await user.type(screen.getByLabelText("Your password"), "correct horse");
    await user.click(confirm);
    await waitFor(() => expect(session.token()).toBeNull());
    expect(body).toEqual({ password: "correct horse" });
  });

  it("keeps everything when the password is wrong", async () => {
    server.use(
      http.delete("*/api/auth/me", () =>
        problem(422, {
          code: "validation",
          title: "Check",
          errors: { password: ["This is not your password."] },
        }),
      ),
    );
    const { user } = renderPage(<AccountPage />);
    await user.click(screen.getByRole("button", { name: /Delete my account/ }));
    await user.type(await screen.findByLabelText(/to confirm/), "delete my account");
    await user.type(screen.getByLabelText("Your password"), "wrong{Enter}");
    expect(await screen.findByText("This is not your password.")).toBeVisible();
    expect(session.token()).not.toBeNull();
  });
});

describe("shortcuts and about", () => {
  it("lists the shortcuts", async () => {
    const { container } = renderPage(<ShortcutsPage />);
    expect(screen.getByText("New chat")).toBeVisible();
    await expectAccessible(container);
  });

  it("says what runs, a server that is not ready included", async () => {
    server.use(
      http.get("*/api/ready", () =>
        HttpResponse.json(fixtures.ready({ queue: { status: "down" }, model: { status: "none" } }), {
          status: 503,
        }),
      ),
    );
    const { container } = renderPage(<AboutPage />);
    expect(await screen.findByText("Version 0.1.0")).toBeVisible();
    expect(screen.getByText("Not working")).toBeVisible();
    expect(screen.getByText("None connected")).toBeVisible();
    await expectAccessible(container);
  });
});
