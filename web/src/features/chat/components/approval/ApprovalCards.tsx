import type { RunToolCall } from "../../stream/reducer";
import { isAsking } from "../../stream/reducer";
import { ApprovalCard } from "./ApprovalCard";

/** What a run asks its owner, one card per call. */
export function ApprovalCards({ jobId, calls }: { jobId: string; calls: readonly RunToolCall[] }) {
  return (
    <div className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-3">
      {calls.filter(isAsking).map((call) => (
        <ApprovalCard
          key={call.callId}
          jobId={jobId}
          call={call}
          asker={calls.find((other) => other.callId === call.parentCallId)}
        />
      ))}
    </div>
  );
}
