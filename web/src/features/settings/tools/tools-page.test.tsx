import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import type { components } from "@/lib/api/schema";
import { problem } from "@/test/handlers";
import { expectAccessible, renderPage } from "@/test/render";
import { server } from "@/test/server";
import { ToolsPage } from "./tools-page";

type Tool = components["schemas"]["Tool"];

const tool = (fields: Partial<Tool>): Tool => ({
  name: "webSearch",
  displayName: "Search the web",
  description: "Searches the web.",
  category: "search",
  effect: "read",
  available: true,
  allowed: false,
  inputSchema: {},
  ...fields,
});

function serve(...items: Tool[]): Tool[] {
  server.use(http.get("*/api/tools", () => HttpResponse.json({ items })));
  return items;
}

it("lists tools by what they are about, with how to get what is missing", async () => {
  serve(
    tool({}),
    tool({
      name: "analyzeImage",
      displayName: "Look at a picture",
      category: "vision",
      available: false,
      howToGet: "Connect a model that sees pictures.",
    }),
    tool({ name: "sendEmail", displayName: "Send mail", category: "gmail", effect: "write" }),
  );
  renderPage(<ToolsPage />);
  expect(await screen.findByRole("heading", { name: "The web" })).toBeVisible();
  const rowOf = (name: string) => screen.getByText(name).closest("li") as HTMLElement;
  expect(rowOf("Search the web")).toHaveTextContent("Ready");
  expect(rowOf("Search the web")).toHaveTextContent("Reads");
  expect(rowOf("Look at a picture")).toHaveTextContent("Not available");
  expect(rowOf("Look at a picture")).toHaveTextContent("Connect a model that sees pictures.");
  expect(rowOf("Send mail")).toHaveTextContent("Changes something");
  expect(screen.queryByRole("heading", { name: "Always allowed" })).not.toBeInTheDocument();
  await expectAccessible();
});

it("has an allowed tool ask again", async () => {
  const items = serve(
    tool({ name: "sendEmail", displayName: "Send mail", category: "gmail", effect: "write", allowed: true }),
  );
  const revoked: string[] = [];
  server.use(
    http.delete("*/api/tools/:name/allowance", ({ params }) => {
      revoked.push(String(params["name"]));
      for (const one of items) one.allowed = false;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderPage(<ToolsPage />);
  expect(await screen.findByRole("heading", { name: "Always allowed" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Let Send mail ask again" }));
  expect(await screen.findByText("Send mail asks again from now on.")).toBeVisible();
  expect(revoked).toEqual(["sendEmail"]);
  expect(screen.queryByRole("heading", { name: "Always allowed" })).not.toBeInTheDocument();
});

it("says when the list could not be had, and tries again", async () => {
  let broken = true;
  server.use(
    http.get("*/api/tools", () =>
      broken ? problem(500, { code: "internal", title: "Kuma failed" }) : HttpResponse.json({ items: [] }),
    ),
  );
  const { user } = renderPage(<ToolsPage />);
  const notice = await screen.findByRole("alert");
  expect(notice).toHaveTextContent("Kuma failed");
  broken = false;
  await user.click(within(notice).getByRole("button"));
  expect(await screen.findByText("This Kuma has no tools yet.")).toBeVisible();
});
