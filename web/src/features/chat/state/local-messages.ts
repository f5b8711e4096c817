/** Messages that only this page knows yet, and finding messages and threads by the keys they keep. */
import { getMessage, type Thread, type ThreadMessage, useThreads } from "./thread-store";

const LOCAL = "local:";

/** Whether a message has an id of this page only. */
export function isLocal(id: string): boolean {
  return id.startsWith(LOCAL);
}

/** The message that a row of this thread shows, whatever id it has by now. */
export function byKey(thread: Thread, key: string | null): ThreadMessage | undefined {
  if (key === null) return undefined;
  for (const id of thread.ids) {
    const message = getMessage(id);
    if (message?.key === key) return message;
  }
  return undefined;
}

/** The id by which a thread is known now: a new chat gets another one from the server. */
export function threadIdOf(threadKey: string): string | undefined {
  return Object.entries(useThreads.getState().threads).find(([, thread]) => thread.key === threadKey)?.[0];
}

/** A message as it is until the server has given it an id. */
export function localMessage(
  thread: Thread,
  role: "user" | "assistant",
  parentId: string | null,
  content: string,
): ThreadMessage {
  const id = `${LOCAL}${crypto.randomUUID()}`;
  return {
    id,
    key: id,
    chatId: thread.chatId ?? "",
    parentId,
    role,
    content,
    toolCalls: [],
    imageAttachments: [],
    documentAttachments: [],
    citations: [],
    model: null,
    usage: null,
    status: "complete",
    createdAt: timeAfter(thread),
  };
}

/**
 * The time of a message that only this page knows: now, but after all it stands below, whatever this machine's clock
 * says, because order comes from these times.
 */
function timeAfter(thread: Thread): string {
  let latest = "";
  for (const id of thread.ids) {
    const time = getMessage(id)?.createdAt ?? "";
    if (time > latest) latest = time;
  }
  const after = Number.isNaN(Date.parse(latest)) ? 0 : Date.parse(latest) + 1;
  return new Date(Math.max(Date.now(), after)).toISOString();
}
