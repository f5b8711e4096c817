import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./errors";

/** Server data lives here and nowhere else. What can't succeed on repetition is not repeated. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A server on this machine answers although the browser knows of no network: always try.
        networkMode: "always",
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isRetryable,
        retryDelay: (attempt, error) =>
          (error instanceof ApiError ? error.retryAfterMs : null) ?? Math.min(500 * 2 ** attempt, 4_000),
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
