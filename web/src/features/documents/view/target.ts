import { useMemo } from "react";
import { useLocation } from "react-router";
import type { Place } from "@/lib/documents/types";

/** A place in a document that somebody was sent to: `?page=N&quote=…`, with its places when the sender knew them. */
export interface Target {
  page: number | null;
  quote: string;
  places: readonly Place[];
}

/** What a link to a document carries beside its address. */
export interface PlaceState {
  places?: readonly Place[];
  /** It was followed on the documents page: going back leads there. */
  fromList?: boolean;
}

/** The place that the address names. A new object for each navigation, so that the same link can be followed twice. */
export function useTarget(): Target | null {
  // React Router makes a location for each navigation: its identity is what tells one from the next.
  const location = useLocation();
  return useMemo(() => targetOf(location), [location]);
}

function targetOf({ search, state }: { search: string; state: unknown }): Target | null {
  const params = new URLSearchParams(search);
  const page = params.get("page") ?? "";
  const quote = params.get("quote") ?? "";
  const number = /^[1-9]\d{0,6}$/.test(page) ? Number(page) : null;
  if (number === null && quote === "") return null;
  return { page: number, quote, places: (state as PlaceState | null)?.places ?? [] };
}

/** An address holds no more than this of a quote; its beginning is enough to find it. */
const MAX_QUOTE = 600;

/** The address of a passage in a document. */
export function targetSearch(page: number | null, quote: string): string {
  const search = new URLSearchParams();
  if (page !== null) search.set("page", String(page));
  const shown = quote.trim().slice(0, MAX_QUOTE);
  if (shown !== "") search.set("quote", shown);
  return `?${search}`;
}
