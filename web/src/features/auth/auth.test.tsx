import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { session } from "@/lib/session";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { LoginPage } from "./login-page";
import { nextPath } from "./next";
import { SessionDialog } from "./session-dialog";
import { SignupPage } from "./signup-page";

const routes = [
  { path: "/login", element: <LoginPage /> },
  { path: "/signup", element: <SignupPage /> },
  { path: "/welcome", element: <p>welcome page</p> },
  { path: "/chat", element: <p>chat page</p> },
  { path: "/settings/profile", element: <p>profile page</p> },
];
const open = (path: string) => renderPage(null, { routes, path, signedIn: false });

const email = () => screen.getByLabelText("Email");
const password = () => screen.getByLabelText("Password");

describe("sign in", () => {
  it("sends email and password, keeps the token and goes to the chats", async () => {
    let body: unknown;
    server.use(
      http.post("*/api/auth/login", async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ token: fixtures.token(), user: fixtures.user() });
      }),
    );
    const { user } = open("/login");
    await user.type(email(), " ada@example.com ");
    await user.type(password(), "correct horse{Enter}");
    expect(await screen.findByText("chat page")).toBeVisible();
    expect(body).toEqual({ email: "ada@example.com", password: "correct horse" });
    expect(session.token()).toBe(fixtures.token());
  });

  it("goes where the person was headed", async () => {
    server.use(
      http.post("*/api/auth/login", () =>
        HttpResponse.json({ token: fixtures.token(), user: fixtures.user() }),
      ),
    );
    const { user } = open("/login?next=%2Fsettings%2Fprofile");
    await user.type(email(), "ada@example.com");
    await user.type(password(), "correct horse{Enter}");
    expect(await screen.findByText("profile page")).toBeVisible();
  });

  it("says what is missing at the fields, and asks the server nothing", async () => {
    const { user } = open("/login");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText("Enter your email.")).toBeVisible();
    expect(screen.getByText("Enter your password.")).toBeVisible();
    expect(email()).toHaveFocus();
  });

  it("shows the server's one message for a wrong email or password and keeps what was typed", async () => {
    server.use(
      http.post("*/api/auth/login", () =>
        problem(401, {
          code: "bad_credentials",
          title: "Sign in first",
          detail: "Email or password is wrong.",
        }),
      ),
    );
    const { user } = open("/login");
    await user.type(email(), "ada@example.com");
    await user.type(password(), "wrong horse{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(/^Email or password is wrong\.$/);
    expect(password()).toHaveValue("wrong horse");
  });

  it("counts down when there were too many tries", async () => {
    server.use(
      http.post("*/api/auth/login", () =>
        problem(429, { code: "rate_limited", title: "Too many tries" }, { "retry-after": "30" }),
      ),
    );
    const { user } = open("/login");
    await user.type(email(), "ada@example.com");
    await user.type(password(), "wrong horse{Enter}");
    expect(await screen.findByRole("button", { name: /Try again in (30|29) seconds/ })).toBeDisabled();
  });

  it("says so when the server can't be reached", async () => {
    server.use(http.post("*/api/auth/login", () => HttpResponse.error()));
    const { user } = open("/login");
    await user.type(email(), "ada@example.com");
    await user.type(password(), "correct horse{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Kuma can't be reached");
  });

  it("helps who forgot the password with what works without mail", async () => {
    const { user } = open("/login");
    await user.type(email(), "ada@example.com");
    await user.click(screen.getByRole("button", { name: "Forgot your password?" }));
    expect(screen.getByText("kuma user password ada@example.com")).toBeVisible();
  });

  it("offers no account where sign-up is closed, and the first one where nobody is", async () => {
    server.use(
      http.get("*/api/ready", () =>
        HttpResponse.json(fixtures.ready({ signup: { mode: "closed", firstAccount: false } })),
      ),
    );
    open("/login");
    expect(await screen.findByText(/made by its administrator/)).toBeVisible();
    expect(screen.queryByRole("link", { name: "Create one" })).toBeNull();
  });

  it("is accessible and tells password managers what is what", async () => {
    const { container } = open("/login");
    expect(email()).toHaveAttribute("autocomplete", "username");
    expect(password()).toHaveAttribute("autocomplete", "current-password");
    await expectAccessible(container);
  });
});

describe("next", () => {
  it.each([
    ["/chat/1?x=2", "/chat/1?x=2"],
    ["//evil.example", "/chat"],
    ["/\\evil.example", "/chat"],
    ["https://evil.example", "/chat"],
    ["", "/chat"],
  ])("%s leads to %s", (next, expected) => {
    expect(nextPath(new URLSearchParams({ next }))).toBe(expected);
  });
});

describe("sign up", () => {
  const signup = (role: "admin" | "user") =>
    http.post("*/api/auth/signup", () =>
      HttpResponse.json({ token: fixtures.token(), user: fixtures.user({ role }) }, { status: 201 }),
    );

  async function fill(user: ReturnType<typeof open>["user"], secret = "correct horse") {
    await user.type(await screen.findByLabelText("Name"), "Ada");
    await user.type(email(), "ada@example.com");
    await user.type(password(), secret);
    await user.click(screen.getByRole("button", { name: "Create account" }));
  }

  it("tells the first person that they become the administrator, and shows them around", async () => {
    server.use(
      signup("admin"),
      http.get("*/api/ready", () =>
        HttpResponse.json(fixtures.ready({ signup: { mode: "open", firstAccount: true } })),
      ),
    );
    const { user } = open("/signup");
    expect(await screen.findByRole("heading", { name: "Make Kuma yours" })).toBeVisible();
    expect(screen.getByText(/becomes the administrator/)).toBeVisible();
    await fill(user);
    expect(await screen.findByText("welcome page")).toBeVisible();
    expect(session.token()).not.toBeNull();
  });

  it("takes everybody else to their chats", async () => {
    server.use(signup("user"));
    const { user } = open("/signup");
    await fill(user);
    expect(await screen.findByText("chat page")).toBeVisible();
  });

  it("holds passwords to 8 characters and 72 bytes", async () => {
    const { user } = open("/signup");
    await fill(user, "short");
    expect(await screen.findByText("Use at least 8 characters.")).toBeVisible();
    await user.clear(password());
    await user.click(password());
    await user.paste("é".repeat(40));
    expect(await screen.findByText(/at most 72 bytes/)).toBeVisible();
  });

  it("lays the server's findings on the fields", async () => {
    server.use(
      http.post("*/api/auth/signup", () =>
        problem(422, {
          code: "validation",
          title: "Check the form",
          errors: { email: ["This domain is no mailbox."] },
        }),
      ),
    );
    const { user } = open("/signup");
    await fill(user);
    await waitFor(() => expect(email()).toHaveAccessibleDescription("This domain is no mailbox."));
    expect(email()).toHaveFocus();
  });

  it("offers to sign in when the email has an account", async () => {
    server.use(http.post("*/api/auth/signup", () => problem(409, { code: "email_taken", title: "Taken" })));
    const { user } = open("/signup");
    await fill(user);
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("There is an account with this email already.");
    expect(screen.getByRole("link", { name: "Sign in instead" })).toHaveAttribute("href", "/login");
  });

  it("says so when it is closed", async () => {
    server.use(
      http.get("*/api/ready", () =>
        HttpResponse.json(fixtures.ready({ signup: { mode: "closed", firstAccount: false } })),
      ),
    );
    const { container } = open("/signup");
    expect(await screen.findByRole("heading", { name: "Sign-up is closed" })).toBeVisible();
    expect(screen.queryByLabelText("Email")).toBeNull();
    expect(screen.getByRole("link", { name: "Sign in" })).toBeVisible();
    await expectAccessible(container);
  });

  it("is accessible", async () => {
    const { container } = open("/signup");
    await screen.findByLabelText("Name");
    expect(password()).toHaveAttribute("autocomplete", "new-password");
    await expectAccessible(container);
  });
});

describe("the session dialog", () => {
  it("signs the same account in again, over the page", async () => {
    const fresh = fixtures.token({ ver: 2 });
    let body: unknown;
    server.use(
      http.post("*/api/auth/login", async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ token: fresh, user: fixtures.user() });
      }),
    );
    const { user } = renderPage(<SessionDialog />);
    expect(await screen.findByRole("dialog", { name: "Sign in to continue" })).toBeVisible();
    expect(screen.getByText("ada@example.com")).toBeVisible();
    await expectAccessible();
    await user.type(password(), "correct horse{Enter}");
    await waitFor(() => expect(session.token()).toBe(fresh));
    expect(body).toEqual({ email: "ada@example.com", password: "correct horse" });
  });

  it("can't be waved away, but signing out is a way out", async () => {
    const { user } = renderPage(<SessionDialog />);
    await screen.findByRole("dialog");
    await user.keyboard("{Escape}");
    expect(screen.getByRole("dialog")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Sign out instead" }));
    expect(session.token()).toBeNull();
  });
});
