/** The documents part of the contract as the web app reads it. Times are RFC 3339 UTC, ids are UUIDv7, pages count from 1. */

export type DocumentStatus = "processing" | "ready" | "failed";

/** Why a document could not be made ready: a stable code, and a sentence that says what can be done. */
export interface DocumentFailure {
  code: string;
  detail: string;
}

/** How far the server is: `done` of `total` in this stage; `total` is 0 while it is not known. */
export interface DocumentProgress {
  stage: string;
  done: number;
  total: number;
}

/** `Document` is the browser's own word, hence the longer name. */
export interface DocumentRecord {
  id: string;
  /** The chat it was uploaded in, if any. */
  chatId: string | null;
  /** The name it was uploaded under. */
  filename: string;
  /** The name it is shown under. */
  displayName: string;
  mimeType: string;
  /** Bytes. */
  fileSize: number;
  pageCount: number | null;
  status: DocumentStatus;
  error?: DocumentFailure | null;
  summary?: string | null;
  createdAt: string;
}

/** What a message keeps of a document that was attached to it. */
export interface AttachedDocument {
  documentId: string;
  displayName: string;
  pageCount: number | null;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Part of a page in PDF points (1/72 inch), from its top left corner. */
export interface PageBox {
  page: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A passage that a search found. */
export interface FoundPassage {
  documentId: string;
  displayName: string;
  page: number | null;
  text: string;
  score: number;
  boxes?: PageBox[] | null;
}

/** A passage that an answer about one document rests on. */
export interface DocumentCitation {
  page: number | null;
  quote: string;
  score: number;
  boxes?: PageBox[] | null;
}

export interface DocumentAnswer {
  answer: string;
  citations: DocumentCitation[];
  /** No model could answer: these are the best passages, word for word. */
  quotesOnly?: boolean;
}

/** A page, slide, sheet or part of the text that was read out of a document. */
export interface TextPart {
  page: number | null;
  /** What it is called: a sheet's or chapter's name. */
  label?: string | null;
  /** Markdown. */
  text: string;
}

export interface DocumentText {
  items: TextPart[];
  /** Where the next part starts, null at the end. */
  nextCursor: string | null;
}

/** What a person's documents take up. */
export interface DocumentUsage {
  documents: number;
  /** Bytes, each stored file counted once. */
  bytes: number;
  /** The largest file that the server takes, in bytes. */
  maxFileBytes: number;
}
