/** Sorts chats into the sidebar's sections. Pure; days are the person's own. */
import type { Chat } from "../../api/types";

export type GroupName = "pinned" | "today" | "yesterday" | "week" | "month";

export interface ChatGroup {
  name: GroupName;
  /** First day of the month, for `month`. */
  month: Date | null;
  chats: Chat[];
}

/** Pinned first, then by the day of the last activity, newest first. Empty sections are left out. */
export function groupChats(chats: readonly Chat[], now: Date): ChatGroup[] {
  const groups = new Map<string, ChatGroup>();
  const sorted = [...chats].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt));
  const pinned = sorted.filter((chat) => chat.pinned);
  if (pinned.length > 0) groups.set("pinned", { name: "pinned", month: null, chats: pinned });
  for (const chat of sorted) {
    if (chat.pinned) continue;
    const { name, month } = placeOf(new Date(chat.updatedAt), now);
    const key = month ? month.toISOString() : name;
    const group = groups.get(key) ?? { name, month, chats: [] };
    groups.set(key, group);
    group.chats.push(chat);
  }
  return [...groups.values()];
}

function placeOf(date: Date, now: Date): { name: GroupName; month: Date | null } {
  const days = daysBetween(date, now);
  if (days <= 0) return { name: "today", month: null };
  if (days === 1) return { name: "yesterday", month: null };
  if (days <= 7) return { name: "week", month: null };
  return { name: "month", month: new Date(date.getFullYear(), date.getMonth(), 1) };
}

/** Calendar days, so that a switch to summer time does not move a chat. */
function daysBetween(from: Date, to: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(to) - day(from)) / 86_400_000);
}
