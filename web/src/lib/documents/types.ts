/** The documents part of the contract as the web app reads it. Times are RFC 3339 UTC, ids are UUIDv7, pages count from 1. */

export type DocumentStatus = "processing" | "ready" | "failed";

/** Why a document could not be made ready: a stable code, and a sentence that says what can be done. */
export interface DocumentFailure {
  code: string;
  detail: string;
  /** Whether reading it once more may help. */
  retryable: boolean;
}

/** How far the server is: `done` of `total` in this stage; null while the whole is not known. */
export interface DocumentProgress {
  stage: string;
  done: number;
  total: number | null;
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
  /** While it is being read. */
  progress?: DocumentProgress;
  error?: DocumentFailure | null;
  summary?: string | null;
  /** What is missing from its text, in sentences. */
  warnings: string[];
  /** Whether it is found by meaning too; until then by its words alone. */
  hasVectors: boolean;
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

/** A box on a page in points (pixels of a picture), from its upper left corner as displayed. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a passage stands on one page. */
export interface Place {
  page: number;
  /** The boxes of its lines, where the format has such. */
  boxes: Box[];
}

/** A passage that a search found. */
export interface FoundPassage {
  documentId: string;
  displayName: string;
  page: number | null;
  /** The headings over it, the outermost first. */
  headings: string[];
  text: string;
  /** Where the text has the words that were looked for: from and to, in UTF-16 units. */
  matches: [from: number, to: number][];
  score: number;
  places: Place[];
}

export interface FoundPassages {
  items: FoundPassage[];
  /** Why only words were looked for, when that is so. */
  notice?: string;
}

/** A passage that an answer about one document rests on. */
export interface DocumentCitation {
  /** Its number in the answer, from 1. */
  index: number;
  page: number | null;
  quote: string;
  score: number;
  places: Place[];
}

export interface DocumentAnswer {
  /** `[1]` in it is the citation of that number. */
  answer: string;
  citations: DocumentCitation[];
  /** Null when these are quotes without an answer. */
  model: string | null;
  /** What the person should know: that no model answered, that only words were looked for. */
  notice?: string;
}

/** Where a quote stands. */
export interface QuoteLocation {
  page: number | null;
  text: string;
  places: Place[];
}

/** What a person's documents take up. */
export interface DocumentStorage {
  documents: number;
  /** Bytes of the stored files; the same file is kept once. */
  bytes: number;
  /** The largest file that the server takes, in bytes. */
  maxFileBytes: number;
}
