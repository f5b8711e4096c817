/**
 * The one error type that leaves the API layer. The server answers every failure as
 * `application/problem+json`; what never reached it (no network, a proxy's HTML page) is given the same shape.
 */

/** Codes made on this side; every other code is the server's own. */
export const CLIENT_CODES = { network: "network_error", unreadable: "unreadable_response" } as const;

export interface ApiErrorFields {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** Stable machine-readable code, e.g. `signup_closed`. */
  code: string;
  title: string;
  /** What happened and what to do, in a sentence a person understands; may be empty. */
  detail: string;
  /** Field name → messages, for validation failures. */
  errors: Record<string, string[]>;
  /** Quote this to an operator: it finds the log line. */
  requestId: string | null;
  /** From `Retry-After`, in milliseconds. */
  retryAfterMs: number | null;
}

export class ApiError extends Error implements ApiErrorFields {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: Record<string, string[]>;
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;

  constructor(fields: Partial<ApiErrorFields> & Pick<ApiErrorFields, "status" | "code" | "title">) {
    super(fields.detail || fields.title);
    this.name = "ApiError";
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail ?? "";
    this.errors = fields.errors ?? {};
    this.requestId = fields.requestId ?? null;
    this.retryAfterMs = fields.retryAfterMs ?? null;
  }

  /** No answer came at all: offline, server down, connection cut. */
  get isNetwork(): boolean {
    return this.code === CLIENT_CODES.network;
  }

  /** Worth trying again unchanged. */
  get isRetryable(): boolean {
    return this.isNetwork || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Turns whatever was thrown into an `ApiError`; programming errors pass through as code `unexpected`. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError({ status: 0, code: "unexpected", title: "Something went wrong", detail: message });
}

export function networkError(cause: unknown): ApiError {
  const error = new ApiError({
    status: 0,
    code: CLIENT_CODES.network,
    title: "Kuma can't be reached",
    detail: "The server did not answer. Check your connection, and that Kuma is running, then try again.",
  });
  error.cause = cause;
  return error;
}

/** Whether a rejection is the caller's own abort, which is no failure to report. */
export function isAbort(error: unknown): boolean {
  return isRecord(error) && error["name"] === "AbortError";
}

/** Reads a failed response into an `ApiError`. Consumes the body. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"));
  const requestId = response.headers.get("x-request-id");
  const type = response.headers.get("content-type") ?? "";
  const body: unknown = /[/+]json\b/.test(type) ? await response.json().catch(() => null) : null;
  if (!isRecord(body)) {
    return new ApiError({
      status: response.status,
      code: CLIENT_CODES.unreadable,
      title: "Kuma's answer could not be read",
      detail: `Something between you and Kuma answered with status ${response.status}. Try again; if it stays, tell whoever runs this server.`,
      requestId,
      retryAfterMs,
    });
  }
  return new ApiError({
    status: response.status,
    code: text(body["code"]) ?? `http_${response.status}`,
    title: text(body["title"]) ?? "Something went wrong",
    detail: text(body["detail"]) ?? "",
    errors: fieldErrors(body["errors"]),
    requestId: text(body["requestId"]) ?? requestId,
    retryAfterMs,
  });
}

function parseRetryAfter(value: string | null): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function fieldErrors(value: unknown): Record<string, string[]> {
  if (!isRecord(value)) return {};
  const fields: Record<string, string[]> = {};
  for (const [field, messages] of Object.entries(value)) {
    const list = (Array.isArray(messages) ? messages : [messages]).filter((m) => typeof m === "string");
    if (list.length > 0) fields[field] = list;
  }
  return fields;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
