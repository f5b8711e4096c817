/** What the command palette finds among chats. */
import { useTranslation } from "react-i18next";
import { useDebounced } from "@/lib/use-debounced";
import { usePaletteChats } from "./api/queries";

export interface ChatPaletteItem {
  id: string;
  title: string;
  /** When it was last active. */
  hint?: string;
  to: string;
  /** The server found it for just what is typed; while it has not answered, only the title can tell. */
  found: boolean;
}

/** Chats whose title or text matches, found by the server; the latest ones while nothing is typed. */
export function useChatPaletteItems(query: string): ChatPaletteItem[] {
  const { t, i18n } = useTranslation("chat");
  const settled = useDebounced(query.trim(), 180);
  const { data, isPlaceholderData } = usePaletteChats(settled);
  const found = settled === query.trim() && !isPlaceholderData;
  const day = new Intl.DateTimeFormat(i18n.language, { day: "numeric", month: "short" });
  return (data?.items ?? []).map((chat) => ({
    id: chat.id,
    title: chat.title || t("untitled"),
    hint: day.format(new Date(chat.updatedAt)),
    to: `/chat/${chat.id}`,
    found,
  }));
}
