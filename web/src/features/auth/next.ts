/** Where to go after signing in: the `next` of the address when it leads inside this app, the chats otherwise. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get("next");
  if (next === null || !next.startsWith("/") || next.startsWith("//") || next.startsWith("/\\"))
    return "/chat";
  return next;
}
