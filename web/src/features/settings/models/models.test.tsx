import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { fixtures } from "@/test/fixtures";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { ModelsPage } from "./models-page";
import { slug } from "./provider-kinds";

const asMember = () =>
  http.get("*/api/auth/me", () => HttpResponse.json({ user: fixtures.user({ role: "user" }) }));
const withProviders = (...items: ReturnType<typeof fixtures.provider>[]) =>
  http.get("*/api/admin/providers", () => HttpResponse.json({ items }));

async function chooseKind(user: ReturnType<typeof renderPage>["user"], name: RegExp) {
  await user.click((await screen.findAllByRole("button", { name: "Add a provider" }))[0] ?? document.body);
  await user.click(await screen.findByRole("button", { name }));
}

describe("models, for everyone", () => {
  it("shows which there are, marking the default and the demo", async () => {
    server.use(
      asMember(),
      http.get("*/api/models", () =>
        HttpResponse.json(fixtures.models([fixtures.model(), fixtures.demoModel()])),
      ),
    );
    const { container } = renderPage(<ModelsPage />);
    const row = (await screen.findByText("GPT-5 mini")).closest("li") ?? document.body;
    expect(row).toHaveTextContent("400K tokens of context");
    expect(row).toHaveTextContent("Default");
    expect(screen.getByText("SmolLM2 135M").closest("li")).toHaveTextContent("Demo");
    expect(screen.queryByText("Providers")).toBeNull();
    await expectAccessible(container);
  });

  it("says whom to ask when there is none", async () => {
    server.use(
      asMember(),
      http.get("*/api/models", () => HttpResponse.json({ items: [], default: null })),
    );
    renderPage(<ModelsPage />);
    expect(await screen.findByText(/administrator of this server has not connected/)).toBeVisible();
  });

  it("filters long lists", async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      fixtures.model({ id: `openai/m-${index}`, name: `Model ${index}` }),
    );
    server.use(
      asMember(),
      http.get("*/api/models", () => HttpResponse.json(fixtures.models(many))),
    );
    const { user } = renderPage(<ModelsPage />);
    expect(await screen.findByText("Model 0")).toBeVisible();
    expect(screen.queryByText("Model 29")).toBeNull();
    await user.type(screen.getByRole("searchbox", { name: "Filter models" }), "29");
    expect(screen.getByText("Model 29")).toBeVisible();
    expect(screen.queryByText("Model 0")).toBeNull();
    await user.clear(screen.getByRole("searchbox"));
    await user.click(screen.getByRole("button", { name: "Show all 30 models" }));
    expect(screen.getByText("Model 29")).toBeVisible();
  });
});

describe("providers, for administrators", () => {
  it("shows state, source and key hint, and lets only its own be changed", async () => {
    server.use(
      withProviders(
        fixtures.provider(),
        fixtures.provider({
          name: "anthropic",
          kind: "anthropic",
          displayName: "Anthropic",
          source: "environment",
          status: "error",
          error: "Anthropic refused the key.",
        }),
      ),
    );
    const { container } = renderPage(<ModelsPage />);
    const own = (await screen.findByText("OpenAI")).closest("li") ?? document.body;
    expect(own).toHaveTextContent("Working");
    expect(own).toHaveTextContent("Key …k3Qa");
    expect(within(own).getByRole("button", { name: "Remove OpenAI?" })).toBeVisible();
    const fixed = screen.getByText("Anthropic").closest("li") ?? document.body;
    expect(fixed).toHaveTextContent("Set on the server");
    expect(fixed).toHaveTextContent("Anthropic refused the key.");
    expect(within(fixed).queryByRole("button")).toBeNull();
    await expectAccessible(container);
  });

  it("tests and saves a key, then shows the provider and says how many models it brings", async () => {
    let saved: unknown;
    server.use(
      http.put("*/api/admin/providers/openai", async ({ request }) => {
        saved = await request.json();
        server.use(withProviders(fixtures.provider()));
        return HttpResponse.json({ provider: fixtures.provider() });
      }),
    );
    const { user } = renderPage(<ModelsPage />);
    await chooseKind(user, /^OpenAI ?With an API key/);
    const key = await screen.findByLabelText("API key");
    await waitFor(() => expect(key).toHaveFocus());
    await expectAccessible();
    await user.type(key, " sk-secret ");
    await user.click(screen.getByRole("button", { name: "Test and connect" }));
    expect(await screen.findByText("OpenAI works. 12 models are ready.")).toBeVisible();
    expect(saved).toEqual({ kind: "openai", apiKey: "sk-secret" });
    expect(await screen.findByText(/Key …k3Qa/)).toBeVisible();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("says at the field why a key was refused, and keeps it there to be mended", async () => {
    server.use(
      http.put("*/api/admin/providers/openai", () =>
        problem(422, {
          code: "validation",
          title: "No",
          errors: { apiKey: ["OpenAI refused this key (401)."] },
        }),
      ),
    );
    const { user } = renderPage(<ModelsPage />);
    await chooseKind(user, /^OpenAI ?With/);
    await user.type(await screen.findByLabelText("API key"), "sk-wrong{Enter}");
    await waitFor(() =>
      expect(screen.getByLabelText("API key")).toHaveAccessibleDescription(
        /OpenAI refused this key \(401\)\./,
      ),
    );
    expect(screen.getByLabelText("API key")).toHaveValue("sk-wrong");
  });

  it("says when a server can't be reached", async () => {
    server.use(
      http.put("*/api/admin/providers/ollama", () =>
        problem(502, {
          code: "upstream_unreachable",
          title: "Ollama did not answer",
          detail: "Is it running?",
        }),
      ),
    );
    const { user } = renderPage(<ModelsPage />);
    await chooseKind(user, /^Ollama/);
    expect(await screen.findByLabelText("Address")).toHaveValue("http://127.0.0.1:11434");
    await user.click(screen.getByRole("button", { name: "Test and connect" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Ollama did not answer");
  });

  it("names a compatible server by what it is called, key or no key", async () => {
    let path = "";
    let saved: unknown;
    server.use(
      http.put("*/api/admin/providers/:name", async ({ request, params }) => {
        path = String(params["name"]);
        saved = await request.json();
        return HttpResponse.json({ provider: fixtures.provider({ name: path, displayName: "Lab server" }) });
      }),
    );
    const { user } = renderPage(<ModelsPage />);
    await chooseKind(user, /^OpenAI-compatible/);
    await user.click(screen.getByRole("button", { name: "Test and connect" }));
    expect(await screen.findByText("Give it a name.")).toBeVisible();
    expect(screen.getByText("Enter the server's address.")).toBeVisible();
    await user.type(screen.getByLabelText("Name"), "Lab server");
    await user.type(screen.getByLabelText("Address"), "lab:8000");
    expect(await screen.findByText(/starts with http/)).toBeVisible();
    await user.clear(screen.getByLabelText("Address"));
    await user.type(screen.getByLabelText("Address"), "http://lab:8000/v1");
    await user.click(screen.getByRole("button", { name: "Test and connect" }));
    expect(await screen.findByText(/Lab server works/)).toBeVisible();
    expect(path).toBe("lab-server");
    expect(saved).toEqual({
      kind: "openai_compatible",
      displayName: "Lab server",
      baseUrl: "http://lab:8000/v1",
    });
  });

  it("removes after a question", async () => {
    let removed = false;
    server.use(
      withProviders(fixtures.provider()),
      http.delete("*/api/admin/providers/openai", () => {
        removed = true;
        server.use(withProviders());
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderPage(<ModelsPage />);
    await user.click(await screen.findByRole("button", { name: "Remove OpenAI?" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Remove OpenAI?" });
    expect(removed).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: "Remove" }));
    expect(await screen.findByText("No provider connected")).toBeVisible();
    expect(removed).toBe(true);
  });

  it("chooses the default model", async () => {
    let change: unknown;
    const other = fixtures.model({ id: "openai/gpt-5", name: "GPT-5" });
    server.use(
      http.get("*/api/models", () => HttpResponse.json(fixtures.models([fixtures.model(), other]))),
      http.patch("*/api/admin/settings", async ({ request }) => {
        change = await request.json();
        return HttpResponse.json({ settings: fixtures.serverSettings({ defaultModel: other.id }) });
      }),
    );
    const { user } = renderPage(<ModelsPage />);
    const field = await screen.findByRole("combobox", { name: /Chat model/ });
    expect(field).toHaveValue("GPT-5 mini");
    await user.click(field);
    await user.clear(field);
    await user.type(field, "GPT-5");
    await user.click(await screen.findByRole("option", { name: /openai\/gpt-5$/ }));
    expect(await screen.findByText("Defaults saved.")).toBeVisible();
    expect(change).toEqual({ defaultModel: "openai/gpt-5" });
  });

  it("closes sign-up, and takes it back when the server refuses", async () => {
    server.use(
      http.patch("*/api/admin/settings", () =>
        problem(409, { code: "conflict", title: "Set by the environment", detail: "Change SIGNUP there." }),
      ),
    );
    const { user } = renderPage(<ModelsPage />);
    const select = await screen.findByRole("combobox", { name: "Who may join" });
    expect(select).toHaveTextContent("Anyone who can reach this server");
    await user.click(select);
    await user.click(await screen.findByRole("option", { name: /Nobody/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Change SIGNUP there.");
    await waitFor(() => expect(select).toHaveTextContent("Anyone who can reach this server"));
  });
});

it.each([
  ["Lab server 2", "lab-server-2"],
  ["  Büro · Köln ", "buro-koln"],
  ["熊", "server"],
])("%s is stored as %s", (name, expected) => {
  expect(slug(name)).toBe(expected);
});
