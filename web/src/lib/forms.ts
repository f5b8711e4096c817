import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { type ApiError, toApiError } from "./api/errors";

/**
 * Lays the server's field messages onto the form's fields and focuses the first. What is about no field of
 * the form comes back, to be shown above it; null when everything found its place.
 */
export function placeErrors<T extends FieldValues>(
  error: unknown,
  fields: readonly Path<T>[],
  setError: UseFormSetError<T>,
): ApiError | null {
  const problem = toApiError(error);
  let placed = 0;
  for (const field of fields) {
    const messages = problem.errors[field];
    if (messages === undefined) continue;
    setError(field, { type: "server", message: messages.join(" ") }, { shouldFocus: placed === 0 });
    placed += 1;
  }
  const left = Object.keys(problem.errors).length - placed;
  return placed > 0 && left === 0 ? null : problem;
}

/** bcrypt reads no further than this, so the server refuses longer ones rather than cut them. */
export const PASSWORD_MAX_BYTES = 72;
export const PASSWORD_MIN_CHARS = 8;

export type PasswordFlaw = "tooShort" | "tooLong" | null;

export function passwordFlaw(password: string): PasswordFlaw {
  if (Array.from(password).length < PASSWORD_MIN_CHARS) return "tooShort";
  if (new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES) return "tooLong";
  return null;
}
