// The pages that tools/screenshots.mjs visits: where, in which state of the server, and what to do before the picture.
import { demoModel, providers, ready } from "./mock-api.mjs";

const problem = (status, code, title, more = {}) => ({
  status,
  body: { type: "about:blank", status, code, title, detail: "", requestId: "0199-req", ...more },
});
const first = { ...ready, signup: { mode: "open", firstAccount: true } };

export const pages = [
  { name: "landing", path: "/", signedIn: false, fullPage: true },
  { name: "landing-first", path: "/", signedIn: false, api: { "GET /api/ready": first } },
  { name: "login", path: "/login", signedIn: false },
  {
    name: "login-error",
    path: "/login",
    signedIn: false,
    api: {
      "POST /api/auth/login": problem(401, "unauthorized", "Sign in first", {
        detail: "Email or password is wrong.",
      }),
    },
    async act(page) {
      await page.getByLabel("Email").fill("ada@example.com");
      await page.getByLabel("Password", { exact: true }).fill("wrong horse");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "signup-first", path: "/signup", signedIn: false, api: { "GET /api/ready": first } },
  {
    name: "signup-errors",
    path: "/signup",
    signedIn: false,
    async act(page) {
      await page.getByLabel("Email").fill("ada@");
      await page.getByLabel("Password", { exact: true }).fill("short");
      await page.getByRole("button", { name: "Create account" }).click();
    },
  },
  {
    name: "signup-closed",
    path: "/signup",
    signedIn: false,
    api: { "GET /api/ready": { ...ready, signup: { mode: "closed", firstAccount: false } } },
  },
  { name: "welcome", path: "/welcome", fullPage: true },
  {
    name: "welcome-bare",
    path: "/welcome",
    fullPage: true,
    api: {
      "GET /api/admin/providers": { items: [providers.local] },
      "GET /api/models": { items: [demoModel], default: demoModel.id },
    },
  },
  {
    name: "welcome-key",
    path: "/welcome",
    api: { "GET /api/admin/providers": { items: [] } },
    async act(page) {
      await page.getByRole("button", { name: /^OpenAI ?With/ }).click();
    },
  },
  {
    name: "welcome-done",
    path: "/welcome",
    async act(page) {
      await page.getByRole("button", { name: "Continue", exact: true }).first().click();
      await page.getByText("You're all set").waitFor();
    },
  },
  { name: "settings-profile", path: "/settings/profile" },
  { name: "settings-appearance", path: "/settings/appearance" },
  { name: "settings-models", path: "/settings/models" },
  {
    name: "settings-models-empty",
    path: "/settings/models",
    api: { "GET /api/admin/providers": { items: [] }, "GET /api/models": { items: [], default: null } },
  },
  {
    name: "settings-provider",
    path: "/settings/models",
    api: {
      "PUT /api/admin/providers/openai": problem(422, "validation", "The key was refused", {
        errors: { apiKey: ["OpenAI refused this key (401). Check that it was copied whole."] },
      }),
    },
    async act(page) {
      await page.getByRole("button", { name: "Add a provider" }).click();
      await page.getByRole("button", { name: /^OpenAI ?With/ }).click();
      await page.getByLabel("API key").fill("sk-wrong");
      await page.getByRole("button", { name: "Test and connect" }).click();
      await page.getByText("OpenAI refused this key").waitFor();
    },
  },
  {
    name: "settings-provider-choice",
    path: "/settings/models",
    async act(page) {
      await page.getByRole("button", { name: "Add a provider" }).click();
    },
  },
  { name: "settings-keys", path: "/settings/keys" },
  {
    name: "settings-keys-empty",
    path: "/settings/keys",
    api: { "GET /api/keys": { items: [], nextCursor: null } },
  },
  {
    name: "settings-keys-new",
    path: "/settings/keys",
    async act(page) {
      await page.getByRole("button", { name: "New key" }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Make key" }).click();
    },
  },
  {
    name: "settings-keys-made",
    path: "/settings/keys",
    async act(page) {
      await page.getByRole("button", { name: "New key" }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Name").fill("Editor on the laptop");
      await dialog.getByRole("button", { name: "Make key" }).click();
      await dialog.getByText("Copy your key now").waitFor();
    },
  },
  { name: "settings-agents", path: "/settings/agents", fullPage: true },
  {
    name: "settings-agents-edit",
    path: "/settings/agents",
    async act(page) {
      await page.getByRole("button", { name: "Change Research" }).click();
      await page.getByRole("dialog").getByLabel("Instructions").waitFor();
    },
  },
  { name: "settings-people", path: "/settings/people" },
  {
    name: "settings-audit",
    path: "/settings/audit",
    async act(page) {
      await page.getByText("Details").first().click();
    },
  },
  { name: "settings-security", path: "/settings/security" },
  {
    name: "settings-account-delete",
    path: "/settings/account",
    async act(page) {
      await page.getByRole("button", { name: /Delete my account/ }).click();
    },
  },
  { name: "settings-shortcuts", path: "/settings/shortcuts" },
  { name: "settings-about", path: "/settings/about" },
  {
    name: "sidebar-drawer",
    path: "/settings/profile",
    async act(page, { phone }) {
      if (phone) await page.getByRole("button", { name: "Open sidebar" }).click();
      else await page.getByRole("button", { name: /^Your account/ }).click();
    },
  },
  {
    name: "palette",
    path: "/settings/profile",
    async act(page) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").waitFor();
    },
  },
  {
    name: "shortcut-help",
    path: "/settings/profile",
    async act(page) {
      await page.keyboard.press("Control+/");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "session-expired",
    path: "/settings/profile",
    api: { "PATCH /api/auth/me": problem(401, "unauthorized", "Sign in again") },
    async act(page) {
      await page.getByLabel("Name").fill("Ada King");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "not-found", path: "/nowhere", signedIn: false },
  { name: "gallery", path: "/dev/gallery", fullPage: true },
];
