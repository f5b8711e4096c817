/**
 * The chat part of the contract as the web app reads it: the generated types under the feature's own words, with the
 * shapes that the document leaves open (citations and attachments) filled in. Times are RFC 3339 UTC, ids are UUIDv7.
 */
import type { components } from "@/lib/api/schema";

type Schemas = components["schemas"];

export type Chat = Schemas["Chat"];
export type ToolCall = Schemas["ToolCallRecord"];
export type Usage = Schemas["Usage"];
export type RunFailure = Schemas["RunFailure"];
export type Model = Schemas["Model"];
export type Models = Schemas["ModelsBody"];
export type Agent = Schemas["Agent"];
export type Tool = Schemas["Tool"];
export type JobStatus = Schemas["JobStatus"];
export type FinishReason = Schemas["FinishReason"];
export type Effect = Schemas["Effect"];

/** A passage an answer rests on. */
export interface Citation {
  /** Its number in the answer's text, from 1. */
  index: number;
  documentId?: string | null;
  url?: string | null;
  title: string;
  /** From 1. */
  page?: number | null;
  quote: string;
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

export interface Message
  extends Omit<Schemas["Message"], "citations" | "imageAttachments" | "documentAttachments"> {
  citations: Citation[];
  imageAttachments: ImageAttachment[];
  documentAttachments: DocumentAttachment[];
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** The body of POST /api/chat/stream. */
export interface SendRequest {
  message: string;
  chatId?: string;
  agentType?: string;
  model?: string;
  parentId?: string;
}
