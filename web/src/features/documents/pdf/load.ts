/**
 * Opens a PDF with pdf.js: parsed in a worker, fetched in the ranges that the shown pages need, with the session. Only
 * the document page's lazy chunk may import this: pdf.js is as large as the rest of the app.
 */
import {
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
  PDFWorker,
  VerbosityLevel,
} from "pdfjs-dist/legacy/build/pdf.mjs";
// oxlint-disable-next-line import/default -- Vite makes it: a class that starts the worker
import Worker from "pdfjs-dist/legacy/build/pdf.worker.mjs?worker";
import { ApiError, toApiError } from "@/lib/api/errors";
import { documentFile } from "@/lib/documents/api";
import type { DocumentRecord } from "@/lib/documents/types";

/** Where the build has put what pdf.js fetches by name (tools/pdf-assets.ts). */
declare const PDF_ASSETS: string;

const RANGE_BYTES = 256 * 1024;
/** Larger pictures are left out: they would take more memory than a phone has. */
const MAX_IMAGE_PIXELS = 64 * 1024 * 1024;
const ATTEMPTS = 3;

export type PdfFailure = "password" | "damaged" | ApiError;

export interface OpenedPdf {
  pdf: PDFDocumentProxy;
  close: () => void;
}

/** Ranges of the file over the session, which a plain address would lack. */
class SessionRanges extends PDFDataRangeTransport {
  readonly #id: string;
  readonly #controller = new AbortController();
  readonly #onFailure: (error: ApiError) => void;
  /** A server or proxy that knows no ranges sent all of it: nothing is asked for twice. */
  #whole: Promise<Uint8Array> | null = null;

  constructor(document: DocumentRecord, onFailure: (error: ApiError) => void) {
    super(document.fileSize, null);
    this.#id = document.id;
    this.#onFailure = onFailure;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#read(begin, end).then(
      (bytes) => this.#controller.signal.aborted || this.onDataRange(begin, bytes),
      (error: unknown) => this.#controller.signal.aborted || this.#onFailure(toApiError(error)),
    );
  }

  override abort(): void {
    this.#controller.abort();
  }

  async #read(begin: number, end: number): Promise<Uint8Array> {
    if (this.#whole !== null) return (await this.#whole).slice(begin, end);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await documentFile(this.#id, { begin, end }, this.#controller.signal);
        if (response.status === 206) return new Uint8Array(await response.arrayBuffer());
        this.#whole = response.arrayBuffer().then((buffer) => new Uint8Array(buffer));
        return (await this.#whole).slice(begin, end);
      } catch (error) {
        this.#whole = null;
        const failure = toApiError(error);
        if (!failure.isRetryable || attempt === ATTEMPTS || this.#controller.signal.aborted) throw failure;
        await new Promise((resolve) => setTimeout(resolve, failure.retryAfterMs ?? 400 * attempt));
      }
    }
  }
}

/** Rejects with a `PdfFailure`. `onFailure` is told when a part of the file cannot be fetched later on. */
export async function openPdf(
  document: DocumentRecord,
  onFailure: (failure: PdfFailure) => void,
  signal: AbortSignal,
): Promise<OpenedPdf> {
  const port = new Worker({ name: "pdf" });
  const worker = PDFWorker.create({ port });
  let refuse: (failure: PdfFailure) => void = () => undefined;
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const range = new SessionRanges(document, (error) => {
    refuse(error);
    onFailure(error);
  });
  const task = getDocument({
    range,
    worker,
    rangeChunkSize: RANGE_BYTES,
    disableAutoFetch: true,
    disableStream: true,
    cMapUrl: `${PDF_ASSETS}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${PDF_ASSETS}standard_fonts/`,
    wasmUrl: `${PDF_ASSETS}wasm/`,
    iccUrl: `${PDF_ASSETS}iccs/`,
    // The content security policy refuses it, rightly: a file is not code.
    isEvalSupported: false,
    enableXfa: false,
    maxImageSize: MAX_IMAGE_PIXELS,
    verbosity: VerbosityLevel.ERRORS,
  });
  const close = () => {
    range.abort();
    void task
      .destroy()
      .catch(() => undefined) // It was closing anyway.
      .finally(() => {
        worker.destroy();
        port.terminate();
      });
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    const pdf = await Promise.race([task.promise, refused]);
    signal.throwIfAborted();
    return { pdf, close };
  } catch (error) {
    close();
    throw asFailure(error);
  }
}

function asFailure(error: unknown): PdfFailure {
  if (error instanceof ApiError) return error;
  const name = error instanceof Error ? error.name : "";
  return name === "PasswordException" ? "password" : "damaged";
}
