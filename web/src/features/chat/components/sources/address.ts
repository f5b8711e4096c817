/** Addresses of sources: they come from outside, so only web pages are followed. */
import type { Citation } from "../../api/types";

export function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** `www.example.com` → `example.com`; empty for what is no address. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return "";
  }
}

/** Longer quotes are given to the browser by their first and last words. */
const WHOLE_QUOTE = 120;
const WORDS = 6;

/** The page's address, asking the browser to go to the quoted words and mark them. */
export function withQuote(url: string, quote: string): string {
  const words = quote.split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return url;
  const encode = (text: string) => encodeURIComponent(text).replaceAll("-", "%2D");
  const target =
    quote.length <= WHOLE_QUOTE || words.length <= 2 * WORDS
      ? encode(words.join(" "))
      : `${encode(words.slice(0, WORDS).join(" "))},${encode(words.slice(-WORDS).join(" "))}`;
  return `${url}${url.includes("#") ? "" : "#"}:~:text=${target}`;
}

/** Where a citation leads: to the passage on the web, or to the page of a document. Null when nowhere. */
export function targetOf(citation: Citation): { kind: "web" | "document"; to: string } | null {
  if (citation.documentId) {
    const search = new URLSearchParams();
    if (citation.page) search.set("page", String(citation.page));
    search.set("quote", citation.quote);
    return { kind: "document", to: `/documents/${encodeURIComponent(citation.documentId)}?${search}` };
  }
  if (citation.url && isWeb(citation.url))
    return { kind: "web", to: withQuote(citation.url, citation.quote) };
  return null;
}
