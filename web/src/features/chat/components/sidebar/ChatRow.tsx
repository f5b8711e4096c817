import { Archive, ArchiveRestore, Ellipsis, Hand, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cn } from "@/lib/cn";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { TitleField } from "@/ui/title-field";
import type { Chat } from "../../api/types";
import { useThreads } from "../../state/thread-store";
import { isAsking } from "../../stream/reducer";
import { useChatActions } from "../use-chat-actions";

interface ChatRowProps {
  chat: Chat;
  active: boolean;
  onNavigate?: () => void;
}

/** One chat of the list: its title, whether it is being answered, and its menu. F2 renames, Delete deletes. */
export const ChatRow = memo(function ChatRow({ chat, active, onNavigate }: ChatRowProps) {
  const { t } = useTranslation("chat");
  const [renaming, setRenaming] = useState(false);
  const { rename, change, remove } = useChatActions();
  const answering =
    useThreads((state) => (state.threads[chat.id]?.activeRuns.length ?? 0) > 0) || Boolean(chat.activeJobId);
  const waiting = useWaiting(chat, active);
  const title = chat.title || t("untitled");
  if (renaming) {
    return (
      <TitleField
        title={title}
        label={t("sidebar.renameLabel")}
        onDone={(next) => {
          setRenaming(false);
          if (next !== null) rename(chat.id, next);
        }}
      />
    );
  }
  return (
    <div
      className={cn(
        "group relative flex h-9 items-center rounded-md transition-colors duration-120 touch:h-11",
        active ? "bg-hover" : "hover:bg-hover/70",
      )}
    >
      <Link
        to={`/chat/${chat.id}`}
        aria-current={active ? "page" : undefined}
        onClick={onNavigate}
        onKeyDown={(event) => {
          if (event.key === "F2") setRenaming(true);
          else if (event.key === "Delete") remove(chat);
        }}
        className={cn(
          "flex h-full min-w-0 flex-1 items-center gap-2 rounded-md ps-2.5 pe-2.5 text-sm",
          "group-focus-within:pe-9 group-hover:pe-9 touch:pe-11",
          active ? "text-fg" : "text-fg/90",
        )}
      >
        <span className="min-w-0 flex-1 truncate">{title}</span>
        {waiting ? (
          <span className="inline-flex shrink-0 items-center text-warn">
            <Hand role="img" aria-label={t("sidebar.waiting")} className="size-3.5" />
          </span>
        ) : answering ? (
          <span className="inline-flex shrink-0 items-center">
            <span aria-hidden className="size-2 animate-breathe rounded-full bg-honey" />
            <span className="sr-only">{t("sidebar.running")}</span>
          </span>
        ) : null}
      </Link>
      <span className="absolute end-1 opacity-0 focus-within:opacity-100 group-hover:opacity-100 has-[[data-popup-open]]:opacity-100 touch:end-0 touch:opacity-100">
        <Menu
          align="end"
          trigger={
            <IconButton label={t("sidebar.menu", { title })} size="sm" tooltip={false}>
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setRenaming(true)}>
            {t("sidebar.rename")}
          </MenuItem>
          <MenuItem
            icon={chat.pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
            onSelect={() => change(chat, { pinned: !chat.pinned })}
          >
            {chat.pinned ? t("header.unpin") : t("header.pin")}
          </MenuItem>
          <MenuItem
            icon={chat.archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
            onSelect={() => change(chat, { archived: !chat.archived })}
          >
            {chat.archived ? t("header.unarchive") : t("header.archive")}
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon={<Trash2 aria-hidden />} tone="danger" onSelect={() => remove(chat)}>
            {t("header.delete")}
          </MenuItem>
        </Menu>
      </span>
    </div>
  );
});

/** Whether a run of the chat waits for a decision: for the open one by what is followed, else by what the list says. */
function useWaiting(chat: Chat, active: boolean): boolean {
  const followed = useThreads((state) => {
    const runs = state.threads[chat.id]?.activeRuns ?? [];
    return !active || runs.length === 0
      ? null
      : runs.some((id) => state.messagesById[id]?.run?.toolCalls.some(isAsking) ?? false);
  });
  return followed ?? chat.waitsForApproval;
}
