import { expect, it } from "vitest";
import { testChat } from "../../test-server.test-data";
import { groupChats } from "./groups";

const at = (id: string, date: Date, pinned = false) =>
  testChat({ id, updatedAt: date.toISOString(), pinned });

it("sorts chats into sections by the person's own days", () => {
  const now = new Date(2026, 10, 23, 0, 30);
  const groups = groupChats(
    [
      at("old", new Date(2026, 8, 2, 12)),
      at("now", new Date(2026, 10, 23, 0, 10)),
      at("last night", new Date(2026, 10, 22, 23, 50)),
      at("pinned", new Date(2026, 5, 1), true),
      at("a week ago", new Date(2026, 10, 16, 1)),
      at("eight days ago", new Date(2026, 10, 15, 23)),
      at("october", new Date(2026, 9, 30)),
      at("early october", new Date(2026, 9, 1)),
      at("ahead of this clock", new Date(2026, 10, 23, 4)),
    ],
    now,
  );
  expect(
    groups.map((group) => [group.name, group.month?.getMonth() ?? null, group.chats.map((chat) => chat.id)]),
  ).toEqual([
    ["pinned", null, ["pinned"]],
    ["today", null, ["ahead of this clock", "now"]],
    ["yesterday", null, ["last night"]],
    ["week", null, ["a week ago"]],
    ["month", 10, ["eight days ago"]],
    ["month", 9, ["october", "early october"]],
    ["month", 8, ["old"]],
  ]);
});
