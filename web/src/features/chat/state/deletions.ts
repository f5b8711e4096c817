/** Chats that are being deleted, with a way back (lib/undoable.ts). */
import { undoableDeletions } from "@/lib/undoable";
import { deleteChat } from "../api/chats";
import { announce } from "./chat-events";

const deletions = undoableDeletions(deleteChat, (chatId) => announce({ type: "deleted", chatId }));

export const useDeletions = deletions.useHidden;
export const scheduleDeletion = deletions.schedule;
export const undoDeletion = deletions.undo;
export const flushDeletions = deletions.flush;
export { UNDO_MS } from "@/lib/undoable";
