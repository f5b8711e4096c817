/** What a person asked for, from the click to the server's word for it. */
import type { Deferred } from "@/lib/deferred";
import type { Outgoing } from "../components/composer/attachments/store";

export interface SendOptions {
  /** `provider/model`; without it the server's default answers. */
  model?: string | undefined;
  agentType?: string | undefined;
}

/** One thing the person asked for, from the click to the server's word for it. */
export interface Turn {
  threadKey: string;
  kind: "send" | "edit" | "regenerate";
  text: string;
  attached: Outgoing | null;
  /** `edit`: the message that is edited; `regenerate`: the answer that is made again. */
  targetId: string | null;
  userKey: string | null;
  answerKey: string;
  options: SendOptions;
  idempotencyKey: string;
  /** Settles when the server has the turn, or it was given up. */
  accepted: Deferred<void>;
}

/** The turn of each message that is not delivered, by the message's key. */
export const undelivered = new Map<string, Turn>();
