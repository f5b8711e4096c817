/**
 * What is attached to the message that is being written, per thread. This file is part of the first load and small;
 * everything else in this folder comes when the browser has time for it, or when there is something to attach.
 * Adding and taking away: `changes.ts`.
 */
import { create } from "zustand";
import type { Message, SendRequest } from "../../../api/types";

/** An image that is sent with the message. */
export interface ImageDraft {
  kind: "image";
  id: string;
  name: string;
  file: Blob;
  /** A `blob:` address, for as long as the page lives. */
  preview: string;
  width: number;
  height: number;
  /** What it shows, for people who cannot see it. */
  alt: string;
}

/** A document that is in the library, or on its way there. It is sent by its id. */
export interface DocumentDraft {
  kind: "document";
  id: string;
  name: string;
  /** Null while it is being uploaded: the message waits for it. */
  documentId: string | null;
  pageCount: number | null;
  /** Bytes, 0 when unknown. */
  size: number;
  /** 0 to 1 while it is being uploaded or read. */
  progress: number | null;
  /** Why it cannot be sent, in a sentence; the message can be sent once it is taken away. */
  problem: string | null;
}

/** A file that cannot be attached, until the person has read why. It does not keep the message from being sent. */
export interface RefusedFile {
  kind: "refused";
  id: string;
  name: string;
  /** In a sentence. */
  problem: string;
}

export type Attachment = ImageDraft | DocumentDraft | RefusedFile;

/** What goes with a message, from the moment it is sent. */
export interface Outgoing {
  /** As the message shows it until the server's copy is read. */
  shown: Pick<Message, "imageAttachments" | "documentAttachments">;
  /** The request's body with it. */
  body: (fields: SendRequest) => FormData | Record<string, unknown>;
  /** It is being sent under this key: kept in this browser until it is released. */
  hold: (key: string) => void;
  /** The server has it. */
  release: (key: string) => void;
  /** The message was taken back: it is attached again. */
  restore: () => void;
}

export const useAttached = create<{ byThread: Readonly<Record<string, readonly Attachment[]>> }>(() => ({
  byThread: {},
}));

const none: readonly Attachment[] = [];

export function useAttachments(threadId: string): readonly Attachment[] {
  return useAttached((state) => state.byThread[threadId] ?? none);
}

export function attachmentsOf(threadId: string): readonly Attachment[] {
  return useAttached.getState().byThread[threadId] ?? none;
}

/** Whether the message has to wait: for an upload, or for a problem to be taken away. */
export function isHeldUp(attachments: readonly Attachment[]): boolean {
  return attachments.some(
    (one) => one.kind === "document" && (one.documentId === null || one.problem !== null),
  );
}

export function hasOutgoing(attachments: readonly Attachment[]): boolean {
  return attachments.some((one) => one.kind !== "refused");
}

/** Whether the library stands open, to pick documents from. */
export const useLibrary = create<{ open: boolean }>(() => ({ open: false }));
