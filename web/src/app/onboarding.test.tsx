import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { OnboardingRoute } from "./onboarding-route";

const routes = [
  { path: "/welcome", element: <OnboardingRoute /> },
  { path: "/chat", element: <p>chat page</p> },
];
const open = () => renderPage(null, { routes, path: "/welcome" });

describe("onboarding", () => {
  it("offers what was found, chooses its model and leads to the first chat", async () => {
    const llama = fixtures.model({ id: "ollama/llama3.2", provider: "ollama", name: "Llama 3.2" });
    let chosen: unknown;
    let current = fixtures.demoModel().id;
    server.use(
      http.get("*/api/admin/providers", () =>
        HttpResponse.json({
          items: [
            fixtures.provider({
              name: "ollama",
              kind: "ollama",
              displayName: "Ollama",
              source: "detected",
              keyHint: null,
              models: 1,
            }),
          ],
        }),
      ),
      http.get("*/api/models", () =>
        HttpResponse.json({ items: [fixtures.demoModel(), llama], default: current }),
      ),
      http.patch("*/api/admin/settings", async ({ request }) => {
        chosen = await request.json();
        current = llama.id;
        return HttpResponse.json({ settings: fixtures.serverSettings({ defaultModel: llama.id }) });
      }),
    );
    const { user, container } = open();
    expect(await screen.findByText("Ollama answers on this machine with 1 model.")).toBeVisible();
    await expectAccessible(container);
    await user.click(screen.getByRole("button", { name: "Continue" }));
    expect(await screen.findByText(/Llama 3\.2 is ready/)).toBeVisible();
    expect(chosen).toEqual({ defaultModel: llama.id });
    await user.click(screen.getByRole("link", { name: "Start your first chat" }));
    expect(await screen.findByText("chat page")).toBeVisible();
  });

  it("connects a service with a key", async () => {
    server.use(
      http.put("*/api/admin/providers/openai", () => HttpResponse.json({ provider: fixtures.provider() })),
    );
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: /^OpenAI ?With/ }));
    expect(await screen.findByRole("heading", { name: "Connect OpenAI" })).toBeVisible();
    await user.type(screen.getByLabelText("API key"), "sk-secret{Enter}");
    expect(await screen.findByText("You're all set")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Connect another model" }));
    expect(await screen.findByRole("button", { name: /^Anthropic/ })).toBeVisible();
  });

  it("labels the demo model as one and goes on with it", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.json(fixtures.models([fixtures.demoModel()]))));
    const { user } = open();
    expect(await screen.findByText(/very small demonstration model/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Continue with the demo model" }));
    expect(await screen.findByText("chat page")).toBeVisible();
  });

  it("can be skipped even without any model", async () => {
    server.use(http.get("*/api/models", () => HttpResponse.json({ items: [], default: null })));
    const { user } = open();
    expect(await screen.findByText(/Without a model Kuma can't answer/)).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Skip for now" }));
    expect(await screen.findByText("chat page")).toBeVisible();
  });

  it("is for administrators", async () => {
    server.use(http.get("*/api/auth/me", () => HttpResponse.json({ user: fixtures.user({ role: "user" }) })));
    const { router } = open();
    await waitFor(() => expect(router.state.location.pathname).toBe("/chat"));
  });
});
