export { $api, $publicApi, api, publicApi, sessionFetch } from "./client";
export { ApiError, isAbort, toApiError } from "./errors";
export * from "./queries";
export { createQueryClient } from "./query-client";
export type * from "./types";
