/** What runs tell the rest of the feature: the chat list keeps itself right with it, other tabs hear of it. */

export type ChatEvent =
  | { type: "created"; chatId: string }
  | { type: "started"; chatId: string; jobId: string }
  | { type: "ended"; chatId: string }
  | { type: "titled"; chatId: string; title: string }
  | { type: "changed"; chatId: string }
  | { type: "deleted"; chatId: string };

type Listener = (event: ChatEvent, from: "here" | "elsewhere") => void;

const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("kuma.chat");

channel?.addEventListener("message", (message: MessageEvent<ChatEvent>) => {
  for (const listener of listeners) listener(message.data, "elsewhere");
});
// In Node (tests) an open channel would keep the process alive.
(channel as { unref?: () => void } | null)?.unref?.();

/** Tells this tab and the others. */
export function announce(event: ChatEvent): void {
  for (const listener of listeners) listener(event, "here");
  channel?.postMessage(event);
}

/** Returns the undo. */
export function onChatEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
