import type { DocumentRecord } from "./types";

export const testDocument = (fields: Partial<DocumentRecord> = {}): DocumentRecord => ({
  id: "0199dddd-0000-7000-8000-000000000001",
  chatId: null,
  filename: "bears.pdf",
  displayName: "Bears in winter",
  mimeType: "application/pdf",
  fileSize: 1_480_000,
  pageCount: 12,
  status: "ready",
  error: null,
  summary: null,
  warnings: [],
  hasVectors: true,
  createdAt: "2026-11-20T09:00:00.000Z",
  ...fields,
});
