/** The chat part of the HTTP contract, as the web app reads it. Times are RFC 3339 UTC, ids are UUIDv7. */

export type Role = "user" | "assistant";
export type MessageStatus = "complete" | "streaming" | "cancelled" | "failed";
export type Effect = "read" | "write";
export type JobStatus =
  | "PENDING"
  | "PROCESSING"
  | "WAITING_APPROVAL"
  | "COMPLETED"
  | "FAILED"
  | "DEAD"
  | "CANCELLED";
export type FinishReason = "stop" | "length" | "cancelled" | "content_filter" | "step_limit";

export interface Chat {
  id: string;
  title: string;
  agentType: string | null;
  pinned: boolean;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
  /** The run that is being made for this chat now, if any. */
  activeJobId?: string | null;
  /** The leaf of the branch last shown, if one was chosen. */
  activeMessageId?: string | null;
}

export interface ToolCall {
  callId: string;
  tool: string;
  arguments: unknown;
  effect: Effect;
  ok: boolean;
  summary: string;
  result?: unknown;
  error?: string | null;
  durationMs: number;
}

export interface Citation {
  index: number;
  documentId?: string | null;
  url?: string | null;
  title: string;
  page?: number | null;
  quote: string;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface RunFailure {
  code: string;
  title: string;
  detail: string;
  retryable: boolean;
}

export interface ImageAttachment {
  id: string;
  url: string;
  mimeType: string;
  width: number;
  height: number;
  alt?: string | null;
}

export interface DocumentAttachment {
  documentId: string;
  displayName: string;
  pageCount: number | null;
}

export interface Message {
  id: string;
  chatId: string;
  parentId: string | null;
  role: Role;
  content: string;
  toolCalls: ToolCall[];
  imageAttachments: ImageAttachment[];
  documentAttachments: DocumentAttachment[];
  citations: Citation[];
  /** `provider/model`, e.g. `local/smollm2-135m`; null on user messages. */
  model: string | null;
  usage: Usage | null;
  status: MessageStatus;
  createdAt: string;
  error?: RunFailure | null;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface Model {
  id: string;
  provider: string;
  name: string;
  contextWindow?: number | null;
  capabilities: string[];
  /** A small model that ships with Kuma so that a first chat answers; labelled as such wherever it answers. */
  demo?: boolean;
}

export interface Models {
  items: Model[];
  default: string | null;
}

export interface Agent {
  name: string;
  displayName: string;
  description: string;
  model: string | null;
  tools: string[];
  isActive: boolean;
}

/** The body of POST /api/chat/stream. */
export interface SendRequest {
  message: string;
  chatId?: string;
  agentType?: string;
  model?: string;
  parentId?: string;
}
