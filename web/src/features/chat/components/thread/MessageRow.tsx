import { memo } from "react";
import { useThreads } from "../../state/thread-store";
import { AssistantMessage } from "./AssistantMessage";
import { UserMessage } from "./UserMessage";

interface MessageRowProps {
  id: string;
  /** Id of the element that says who speaks. */
  labelId: string;
  isLast: boolean;
}

/** One message. Renders again only when this message changed. */
export const MessageRow = memo(function MessageRow({ id, labelId, isLast }: MessageRowProps) {
  const message = useThreads((state) => state.messagesById[id]);
  if (!message) return null;
  return message.role === "user" ? (
    <UserMessage message={message} labelId={labelId} />
  ) : (
    <AssistantMessage message={message} labelId={labelId} isLast={isLast} />
  );
});
