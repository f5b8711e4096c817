/**
 * Who is signed in, in this browser. Holds the token only: the user's record is server data and is read
 * through `useMe`. A 401 in mid-session does not sign out; it sets `expired`, the app lays a sign-in dialog
 * over the page, and whatever was waiting goes on with the new token, so nothing typed is ever lost.
 */
import { create } from "zustand";
import { ApiError } from "./api/errors";
import { type Deferred, deferred } from "./deferred";

const KEY = "kuma.token";

export interface Claims {
  userId: string;
  email: string;
  /** Seconds since 1970. */
  exp: number;
}

interface SessionState {
  token: string | null;
  claims: Claims | null;
  /** The server refused the token; the sign-in dialog is up. */
  expired: boolean;
}

function load(): SessionState {
  const token = read();
  return { token, claims: token === null ? null : decode(token), expired: false };
}

export const useSession = create<SessionState>(load);

/** Requests that met a 401 and wait for the dialog. */
let waiting: Deferred<void> | null = null;

export const session = {
  token: (): string | null => useSession.getState().token,
  userId: (): string | null => useSession.getState().claims?.userId ?? null,

  /** Takes a fresh token: from login, signup or the dialog. */
  signIn(token: string): void {
    write(token);
    useSession.setState({ token, claims: decode(token), expired: false });
    waiting?.resolve();
    waiting = null;
  },

  /** Forgets the token here. The server's tokens live on until they expire or `logout-all` is called. */
  signOut(): void {
    write(null);
    useSession.setState({ token: null, claims: null, expired: false });
    waiting?.reject(signedOut());
    waiting = null;
  },

  /**
   * Called by the API layer on a 401: resolves when the person has signed in again, rejects when they sign
   * out instead. `usedToken` is the one the server refused; when another tab has renewed it meanwhile, this
   * resolves at once.
   */
  reauthenticate(usedToken: string): Promise<void> {
    const current = useSession.getState();
    if (current.token !== null && current.token !== usedToken) return Promise.resolve();
    if (current.token === null) return Promise.reject(signedOut());
    if (waiting === null) {
      waiting = deferred();
      // Whoever asked awaits it; this keeps a late sign-out from counting as unhandled.
      waiting.promise.catch(() => undefined);
      useSession.setState({ expired: true });
    }
    return waiting.promise;
  },
};

/** Another tab signed in or out: follow it. Call once at start; returns the undo. */
export function followOtherTabs(): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== KEY && event.key !== null) return;
    const token = read();
    if (token === useSession.getState().token) return;
    if (token === null) session.signOut();
    else session.signIn(token);
  };
  window.addEventListener("storage", onStorage);
  return () => window.removeEventListener("storage", onStorage);
}

export const useIsSignedIn = (): boolean => useSession((state) => state.token !== null);
export const useUserId = (): string | null => useSession((state) => state.claims?.userId ?? null);

function signedOut(): ApiError {
  return new ApiError({
    status: 401,
    code: "signed_out",
    title: "You are signed out",
    detail: "Sign in again to go on.",
  });
}

/** The claims, unverified: only the server can judge a token. Null when it is not one of ours. */
function decode(token: string): Claims | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Claims>;
    if (typeof claims.userId !== "string" || typeof claims.email !== "string") return null;
    return { userId: claims.userId, email: claims.email, exp: claims.exp ?? 0 };
  } catch {
    return null;
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // Storage is blocked: the session lives as long as the page.
  }
}

function write(token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, token);
  } catch {
    // As above: the store still holds it for this page.
  }
}
