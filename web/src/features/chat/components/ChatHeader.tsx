import { Archive, ArchiveRestore, Ellipsis, Pencil, Pin, PinOff, Search, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { loadWords } from "@/lib/i18n";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/ui/menu";
import { PageHeader } from "@/ui/page-header";
import type { Chat } from "../api/types";
import { TitleField } from "./TitleField";
import { useChatActions } from "./use-chat-actions";

const ChatMemoryItem = lazy(async () => {
  const [module] = await Promise.all([import("./memory/ChatMemoryItem"), loadWords("memories")]);
  return { default: module.ChatMemoryItem };
});

interface ChatHeaderProps {
  /** False before the first message of a new chat. */
  started: boolean;
  /** Null until the server has told of it. */
  chat: Chat | null;
  title: string;
  onFind: () => void;
}

/** The chat's title, to be changed in place, and what can be done with the whole chat. */
export function ChatHeader({ started, chat, title, onFind }: ChatHeaderProps) {
  const { t } = useTranslation("chat");
  const [renaming, setRenaming] = useState(false);
  const { rename, change, remove } = useChatActions();
  if (!started) {
    return (
      <PageHeader>
        <h1 className="sr-only">{t("newChat")}</h1>
      </PageHeader>
    );
  }
  return (
    <PageHeader>
      {renaming && chat !== null ? (
        <>
          <h1 className="sr-only">{title}</h1>
          <TitleField
            title={title}
            label={t("header.renameLabel")}
            className="max-w-100"
            onDone={(next) => {
              setRenaming(false);
              if (next !== null) rename(chat.id, next);
            }}
          />
        </>
      ) : (
        <h1 className="min-w-0 truncate px-1 font-medium text-sm">{title}</h1>
      )}
      <span className="flex-1" />
      <IconButton label={t("header.find")} keys={FIND_CHORD} tooltipSide="bottom" onClick={onFind}>
        <Search aria-hidden />
      </IconButton>
      {chat === null ? null : (
        <Menu
          align="end"
          trigger={
            <IconButton label={t("header.menu")} tooltipSide="bottom">
              <Ellipsis aria-hidden />
            </IconButton>
          }
        >
          <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setRenaming(true)}>
            {t("header.rename")}
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
          <Suspense>
            <ChatMemoryItem chatId={chat.id} />
          </Suspense>
          <MenuSeparator />
          <MenuItem icon={<Trash2 aria-hidden />} tone="danger" onSelect={() => remove(chat)}>
            {t("header.delete")}
          </MenuItem>
        </Menu>
      )}
    </PageHeader>
  );
}

/** Takes the browser's own search, which cannot see what is not in the page; pressed again it gives it back. */
export const FIND_CHORD = "mod+f";
