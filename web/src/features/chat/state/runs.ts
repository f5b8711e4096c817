/** What the rest of the app can do with runs: begin, follow, stop and forget them. */
import { cancelJob } from "../api/chats";
import { forgetFollowed, jobOf } from "./following";
import { forgetTurns, lastTurn } from "./sending";
import { getMessage, getThread, useThreads } from "./thread-store";

export { follow, isFollowing, isLookedAt, reconnect, setLookedAt, whenIdle } from "./following";
export { isLocal, threadIdOf } from "./local-messages";
export { discardSend, edit, regenerate, retrySend, send } from "./sending";
export type { SendOptions } from "./turn";

/** Stops one run; by default the one that is being answered. The text so far is kept. Rejects with `ApiError`. */
export async function stop(threadId: string, answerId = getThread(threadId)?.activeRuns[0]): Promise<void> {
  if (answerId === undefined) return;
  let jobId = jobOf(answerId);
  if (jobId === undefined) {
    // Still on its way to the server, which gives the answer another id.
    const key = getMessage(answerId)?.key;
    const threadKey = getThread(threadId)?.key;
    if (threadKey !== undefined) await lastTurn(threadKey);
    const answer = Object.values(useThreads.getState().messagesById).find((message) => message.key === key);
    jobId = answer && jobOf(answer.id);
  }
  // Without a job the turn was refused, which its message says: there is nothing to stop.
  if (jobId !== undefined) await cancelJob(jobId);
}

/** Forgets all that is on its way. */
export function abandonAll(): void {
  forgetFollowed();
  forgetTurns();
}
