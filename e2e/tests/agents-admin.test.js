import assert from "node:assert/strict";
import { scenarios } from "../lib/scenario.js";
import { until } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("an administrator makes an agent, changes it, switches it off and deletes it", async ({ upstream, serve, open }) => {
  const kuma = await serve({ upstream });
  const admin = await kuma.person("Grace");
  const page = await open({ kuma, person: admin, path: "/settings/agents" });
  await page.getByRole("listitem").filter({ hasText: "router" }).getByText("Default", { exact: true }).waitFor();

  await page.getByRole("button", { name: "New agent" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make agent" }).click();
  await dialog.getByText("Small letters, digits, - and _, beginning with a letter.").waitFor();
  await dialog.getByLabel("Name", { exact: true }).fill("Lawyer");
  await dialog.getByLabel("Short name").fill("router");
  await dialog.getByLabel("Good for").fill("Reads contracts and says what they mean.");
  await dialog.getByLabel("Instructions").fill("You read contracts.");
  await dialog.getByRole("checkbox", { name: "Search the web" }).click();
  await dialog.getByRole("button", { name: "Make agent" }).click();
  await dialog.getByText("There is an agent of this name already.", { exact: false }).waitFor();
  await dialog.getByLabel("Short name").fill("lawyer");
  await dialog.getByRole("button", { name: "Make agent" }).click();
  await page.getByText("Lawyer can be chosen from now on.").waitFor();

  const row = page.getByRole("listitem").filter({ hasText: "Reads contracts" });
  await row.getByText("1 tool").waitFor();
  assert.ok((await kuma.call(admin, "GET", "/api/agents")).items.some(({ name }) => name === "lawyer"));

  await row.getByRole("button", { name: "Change Lawyer" }).click();
  assert.equal(await dialog.getByLabel("Instructions").inputValue(), "You read contracts.");
  await dialog.getByRole("switch", { name: "Can be chosen" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("Lawyer is saved.").waitFor();
  await row.getByText("Off", { exact: true }).waitFor();
  assert.ok((await kuma.call(admin, "GET", "/api/agents")).items.every(({ name }) => name !== "lawyer"));

  await row.getByRole("button", { name: "Delete Lawyer" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Lawyer is deleted.").waitFor();
  await row.waitFor({ state: "detached" });

  // And the record knows all of it.
  await page.goto(`${kuma.url}/settings/audit`);
  for (const action of ["agent.created", "agent.changed", "agent.deleted"]) await page.getByText(action).waitFor();
});

scenario("an administrator switches a tool off for everybody, and makes somebody an administrator", async ({ upstream, serve, open }) => {
  const kuma = await serve({ upstream });
  const admin = await kuma.person("Grace");
  const member = await kuma.person("Alan");
  const page = await open({ kuma, person: admin, path: "/settings/agents" });
  await page.getByRole("switch", { name: "Search the web" }).click();
  await page.getByText("Search the web is off for everybody.").waitFor();
  const seen = (await kuma.call(member, "GET", "/api/tools")).items.find(({ name }) => name === "webSearch");
  assert.equal(seen.available, false);
  assert.match(seen.howToGet, /administrator/);

  await page.goto(`${kuma.url}/settings/people`);
  await page.getByRole("combobox", { name: "Role of Alan" }).click();
  await page.getByRole("option", { name: "Administrator" }).click();
  await page.getByText("Alan is an administrator now.").waitFor();
  await until("he is", async () => (await kuma.call(member, "GET", "/api/auth/me")).user.role === "admin");
});

scenario("a member is told that agents are the administrator's", async ({ kuma, admin, open }) => {
  assert.ok(admin);
  const member = await kuma.person("Alan");
  const page = await open({ person: member, path: "/settings/agents" });
  await page.getByText("For administrators").waitFor();
  assert.equal(await page.getByRole("link", { name: "Agents" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "API keys" }).count(), 1);
});
