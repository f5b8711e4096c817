import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ThreadMessage, useThreads } from "../../state/thread-store";
import { isAsking } from "../../stream/reducer";

/** Tells screen readers when an answer starts, ends or fails. Never its words: those would be read over each other. */
export function LiveRegion({ threadId }: { threadId: string }) {
  const { t } = useTranslation("chat");
  const phase = useThreads((state) => {
    const path = state.threads[threadId]?.path ?? [];
    return stateOf(state.messagesById[path.at(-1) ?? ""]);
  });
  const asks = useThreads((state) =>
    questionOf(state.messagesById[state.threads[threadId]?.path.at(-1) ?? ""]),
  );
  const [words, setWords] = useState("");
  const before = useRef(phase);
  useEffect(() => {
    const [was] = before.current.split("\n");
    const [now, title = ""] = phase.split("\n");
    before.current = phase;
    if (was === now) return;
    if (now === "answering") setWords(t("announce.started"));
    else if (now === "unsent") setWords(t("announce.notSent", { title }));
    // What was already over when the chat was opened is no news.
    else if (was === "answering" && now === "complete") setWords(t("announce.done"));
    else if (was === "answering" && now === "cancelled") setWords(t("announce.stopped"));
    else if (was === "answering" && now === "failed") setWords(t("announce.failed", { title }));
  }, [phase, t]);
  useEffect(() => {
    if (asks !== "") setWords(t("announce.asks", { action: asks }));
  }, [asks, t]);
  return (
    <p role="status" className="sr-only">
      {words}
    </p>
  );
}

/** What the run waits for its owner to decide; empty when it does not wait. */
function questionOf(message: ThreadMessage | undefined): string {
  if (message?.status !== "streaming") return "";
  const asking = message.run?.toolCalls.filter(isAsking) ?? [];
  return asking.map((call) => call.description || call.tool).join("; ");
}

function stateOf(message: ThreadMessage | undefined): string {
  if (!message) return "empty";
  if (message.delivery === "failed") return `unsent\n${message.failure?.title ?? ""}`;
  if (message.role === "user") return "asked";
  if (message.status === "streaming") return "answering";
  return `${message.status}\n${message.error?.title ?? ""}`;
}
