import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { LandingPage } from "./landing-page";

const open = () => renderPage(<LandingPage />, { signedIn: false });
const ready = (signup: { mode: "open" | "invite" | "closed"; firstAccount: boolean }) =>
  http.get("*/api/ready", () => HttpResponse.json(fixtures.ready({ signup })));

describe("landing", () => {
  it("says what Kuma is and leads to both doors", async () => {
    const { container } = open();
    expect(screen.getByRole("heading", { level: 1, name: "An assistant that is yours." })).toBeVisible();
    expect(await screen.findByText(/0\.1\.0/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Create account" })).toHaveAttribute("href", "/signup");
    expect(screen.getAllByRole("link", { name: "Sign in" })).not.toHaveLength(0);
    await expectAccessible(container);
  });

  it("invites the first person to set it up", async () => {
    server.use(ready({ mode: "open", firstAccount: true }));
    open();
    expect(await screen.findByRole("link", { name: "Set up Kuma" })).toHaveAttribute("href", "/signup");
  });

  it("promises no account where none is to be had", async () => {
    server.use(ready({ mode: "closed", firstAccount: false }));
    open();
    await screen.findByText(/0\.1\.0/);
    expect(screen.queryByRole("link", { name: "Create account" })).toBeNull();
  });

  it("stands when the server can't say how it is", async () => {
    let asked = false;
    server.use(
      http.get("*/api/ready", () => {
        asked = true;
        return problem(403, { code: "forbidden", title: "Not for you" });
      }),
    );
    open();
    await expect.poll(() => asked).toBe(true);
    expect(screen.getByRole("link", { name: "Create account" })).toBeVisible();
  });
});
