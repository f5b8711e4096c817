/**
 * What the person decides about calls that wait for them. Kept outside the cards: a card leaves the page when it is
 * scrolled away, and what was typed or sent must still be there when it comes back.
 */
import { create } from "zustand";
import { toApiError } from "@/lib/api/errors";
import { decideCall } from "../api/chats";

/** A decision as the server takes it. */
export type Decision =
  | { decision: "approve"; arguments?: unknown; remember?: boolean }
  | { decision: "deny"; reason?: string };

/** Why a decision was not taken. */
export interface Refusal {
  /** `over`: nothing is left to decide. `arguments`: these do not fit. `retry`: it did not get through. */
  kind: "over" | "arguments" | "retry";
  title: string;
  detail: string;
}

export interface Question {
  /** The way to a decision that the card shows. */
  step: "asked" | "editing" | "denying";
  /** The arguments as text, by field; only what was changed. */
  texts: Readonly<Record<string, string>>;
  reason: string;
  /** Allow this tool from now on. */
  remember: boolean;
  sent: "no" | "sending" | "approved" | "denied";
  refusal: Refusal | null;
}

const UNTOUCHED: Question = {
  step: "asked",
  texts: {},
  reason: "",
  remember: false,
  sent: "no",
  refusal: null,
};

interface Questions {
  byCall: Readonly<Record<string, Question>>;
}

export const useQuestions = create<Questions>(() => ({ byCall: {} }));

const keyOf = (jobId: string, callId: string) => `${jobId}/${callId}`;

/** How far the person is with a call that asks. */
export function useQuestion(jobId: string, callId: string): Question {
  return useQuestions((state) => state.byCall[keyOf(jobId, callId)] ?? UNTOUCHED);
}

/** Changes what the person has done so far. */
export function changeQuestion(jobId: string, callId: string, change: Partial<Question>): void {
  const key = keyOf(jobId, callId);
  useQuestions.setState(({ byCall }) => ({
    byCall: { ...byCall, [key]: { ...(byCall[key] ?? UNTOUCHED), ...change } },
  }));
}

/** Sends a decision. Whether it was taken; why not stands in the question. */
export async function decide(jobId: string, callId: string, decision: Decision): Promise<boolean> {
  const now = useQuestions.getState().byCall[keyOf(jobId, callId)] ?? UNTOUCHED;
  if (now.sent !== "no") return false;
  changeQuestion(jobId, callId, { sent: "sending", refusal: null });
  try {
    await decideCall(jobId, callId, { ...decision });
    changeQuestion(jobId, callId, { sent: decision.decision === "approve" ? "approved" : "denied" });
    return true;
  } catch (error) {
    const { status, title, detail, errors } = toApiError(error);
    const why = errors["arguments"]?.join(" ");
    const kind = status === 409 || status === 404 ? "over" : why === undefined ? "retry" : "arguments";
    changeQuestion(jobId, callId, { sent: "no", refusal: { kind, title, detail: why ?? detail } });
    return false;
  }
}

/** Forgets everything: another person signs in. */
export function forgetQuestions(): void {
  useQuestions.setState({ byCall: {} }, true);
}
