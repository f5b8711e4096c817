import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BookMarked, BookX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { api } from "@/lib/api";
import { toApiError } from "@/lib/api/errors";
import { MenuItem } from "@/ui/menu";
import { toast } from "@/ui/toast";

/** In a chat's menu: whether this chat uses memories and adds to them. */
export function ChatMemoryItem({ chatId }: { chatId: string }) {
  const { t } = useTranslation("memories");
  const client = useQueryClient();
  const key = ["memories", "chat", chatId];
  const path = { params: { path: { id: chatId } } };
  const { data } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.GET("/api/chat/{id}/memory", { ...path, signal })).data ?? null,
  });
  const enabled = data?.enabled ?? true;
  const change = async () => {
    try {
      const changed = await api.PATCH("/api/chat/{id}/memory", { ...path, body: { enabled: !enabled } });
      client.setQueryData(key, changed.data ?? null);
      toast(enabled ? t("chat.nowOff") : t("chat.nowOn"));
    } catch (error) {
      toast.error(t("changeFailed"), { description: toApiError(error).detail });
    }
  };
  return (
    <MenuItem
      icon={enabled ? <BookX aria-hidden /> : <BookMarked aria-hidden />}
      onSelect={() => void change()}
    >
      {enabled ? t("chat.turnOff") : t("chat.turnOn")}
    </MenuItem>
  );
}
