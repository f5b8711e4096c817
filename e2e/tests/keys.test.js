import assert from "node:assert/strict";
import { scenarios } from "../lib/scenario.js";
import { until } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

scenario("a key is made, copied once, used by a program and revoked", async ({ kuma, open }) => {
  const person = await kuma.person("Ada");
  const page = await open({ person, path: "/settings/keys" });
  await page.getByText("No keys yet").waitFor();
  await page.getByRole("button", { name: "New key" }).first().click();
  const dialog = page.getByRole("dialog");

  // Without a name there is none.
  await dialog.getByRole("button", { name: "Make key" }).click();
  await dialog.getByText("Give it a name.").waitFor();
  await dialog.getByLabel("Name").fill("Editor");
  await dialog.getByRole("checkbox", { name: /^Answers/ }).click();
  assert.equal(await dialog.getByRole("checkbox", { name: /^Everything/ }).isChecked(), false, "a part is not everything");
  await dialog.getByRole("combobox", { name: "Expires" }).click();
  await page.getByRole("option", { name: "In 30 days" }).click();
  await dialog.getByRole("button", { name: "Make key" }).click();

  await dialog.getByText("Copy your key now").waitFor();
  const key = await dialog.getByLabel("Key").inputValue();
  assert.match(key, /^kuma_[0-9A-Za-z]{43}$/);
  await dialog.getByText(`${kuma.url}/v1`).waitFor();
  assert.equal(await dialog.getByText(`${kuma.url}/mcp`).count(), 0, "this key does not open it");
  // It is not let go of by accident.
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("listitem").filter({ hasText: "Editor" });
  await row.getByText("never used").waitFor();
  await row.getByText(/expires/).waitFor();
  assert.equal((await page.content()).includes(key), false, "it is nowhere any more");

  const ask = () =>
    fetch(`${kuma.url}/v1/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ model: "router", messages: [{ role: "user", content: "From my editor" }] }),
    });
  const answer = await ask();
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).choices[0].message.content, "You said: From my editor");
  await page.reload();
  await row.getByText(/last used/).waitFor();

  await row.getByRole("button", { name: "Revoke Editor" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Editor works no more.").waitFor();
  await page.getByText("No keys yet").waitFor();
  await until("the key is refused", async () => (await ask()).status === 401);
});
