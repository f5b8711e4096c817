/**
 * The typed client. `api` is for single calls, `$api` for TanStack Query hooks; both throw `ApiError` on
 * every failure, carry the session's token, and on a 401 wait for the person to sign in again and then
 * repeat the request.
 */
import createClient, { type Middleware } from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { session } from "../session";
import { errorFromResponse, isAbort, networkError } from "./errors";
import type { paths } from "./schema";

/**
 * `fetch` with the session: use it for what the typed client can't do (uploads, event streams). Throws
 * `ApiError` when no answer came; an HTTP failure is returned as is. A body that is a stream can't be
 * repeated, so give strings, FormData or Blobs.
 */
export async function sessionFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const repeat = request.clone();
  const token = session.token();
  const response = await send(request, token);
  if (response.status !== 401 || token === null) return response;
  await session.reauthenticate(token);
  return send(repeat, session.token());
}

async function send(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw networkError(error);
  }
}

const throwProblems: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await errorFromResponse(response);
  },
};

const baseUrl = globalThis.location?.origin ?? "";

export const api = createClient<paths>({ baseUrl, fetch: sessionFetch });
api.use(throwProblems);

/** For signup, login and the public status: a 401 there is an answer, not the end of a session. */
export const publicApi = createClient<paths>({ baseUrl, fetch: (request: Request) => send(request, null) });
publicApi.use(throwProblems);

export const $api = createQueryHooks(api);
export const $publicApi = createQueryHooks(publicApi);
