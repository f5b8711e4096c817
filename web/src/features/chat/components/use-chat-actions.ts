import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { toApiError } from "@/lib/api/errors";
import { toast } from "@/ui/toast";
import { type ChatChanges, patchChat } from "../api/chats";
import { patchChatLists } from "../api/queries";
import type { Chat } from "../api/types";
import { announce } from "../state/chat-events";
import { scheduleDeletion, UNDO_MS, undoDeletion } from "../state/deletions";
import { updateThread } from "../state/thread-store";

/** What can be done with a whole chat. Shown at once, taken back with a word when the server refuses. */
export function useChatActions() {
  const { t } = useTranslation(["chat", "common"]);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname } = useLocation();

  const apply = async (chatId: string, changes: ChatChanges, failure: string): Promise<boolean> => {
    patchChatLists(client, chatId, (chat) => ({ ...chat, ...changes }));
    if (changes.title !== undefined) updateThread(chatId, { title: changes.title });
    try {
      const chat = await patchChat(chatId, changes);
      client.setQueryData(["chats", "one", chatId], chat);
      announce({ type: "changed", chatId });
      return true;
    } catch (error) {
      toast.error(failure, { description: toApiError(error).detail });
      void client.invalidateQueries({ queryKey: ["chats"] });
      return false;
    }
  };

  return {
    rename: (chatId: string, title: string) => void apply(chatId, { title }, t("chat:sidebar.renameFailed")),
    change: (chat: Chat, changes: Pick<ChatChanges, "pinned" | "archived">) => {
      void apply(chat.id, changes, t("chat:sidebar.changeFailed")).then((done) => {
        if (!done || changes.archived !== true) return;
        toast(t("chat:sidebar.archivedToast"), {
          action: {
            label: t("common:undo"),
            onClick: () => void apply(chat.id, { archived: false }, t("chat:sidebar.changeFailed")),
          },
        });
      });
    },
    remove: (chat: Chat) => {
      const open = pathname === `/chat/${chat.id}`;
      scheduleDeletion(chat.id, (error) =>
        toast.error(t("chat:sidebar.deleteFailed"), { description: toApiError(error).detail }),
      );
      if (open) void navigate("/chat");
      toast(t("chat:sidebar.deleted"), {
        description: chat.title || t("chat:untitled"),
        duration: UNDO_MS,
        action: {
          label: t("common:undo"),
          onClick: () => {
            if (undoDeletion(chat.id) && open) void navigate(`/chat/${chat.id}`);
          },
        },
      });
    },
  };
}
