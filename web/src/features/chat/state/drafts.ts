/**
 * What is typed but not sent, per chat, in this browser. A draft survives reloads and switching; a message on its way
 * is kept too until the server has it, so that neither a 401 nor a closed tab loses a word.
 */
import { session } from "@/lib/session";

/** A long text that was pasted and is kept beside the message. */
export interface PastedText {
  name: string;
  text: string;
}

export interface Draft {
  text: string;
  pasted: PastedText[];
}

export const emptyDraft: Draft = { text: "", pasted: [] };

/** Longer pastes are offered as an attachment. */
export const PASTE_LIMIT = 10_000;

interface Unsent {
  id: string;
  threadId: string;
  text: string;
}

const owner = () => session.userId() ?? "nobody";
const draftKey = (threadId: string) => `kuma.draft.${owner()}.${threadId}`;
const unsentKey = () => `kuma.unsent.${owner()}`;

/** Messages that this page itself is sending: they are on screen and need no restoring. */
const sendingHere = new Set<string>();

export function loadDraft(threadId: string): Draft {
  const draft = (readJson(draftKey(threadId)) ?? {}) as Partial<Draft>;
  const stored: Draft = { text: draft.text ?? "", pasted: draft.pasted ?? [] };
  const lost = unsent().filter((entry) => entry.threadId === threadId && !sendingHere.has(entry.id));
  if (lost.length === 0) return stored;
  writeUnsent(unsent().filter((entry) => !lost.some((one) => one.id === entry.id)));
  const restored = {
    ...stored,
    text: [...lost.map((entry) => entry.text), stored.text].filter((text) => text !== "").join("\n\n"),
  };
  saveDraft(threadId, restored);
  return restored;
}

/** False when the browser had no room for it: the text then lives as long as the page. */
export function saveDraft(threadId: string, draft: Draft): boolean {
  const key = draftKey(threadId);
  if (draft.text === "" && draft.pasted.length === 0) return write(key, null);
  return write(key, JSON.stringify(draft));
}

/** Keeps a message that is being sent. */
export function holdUnsent(id: string, threadId: string, text: string): void {
  sendingHere.add(id);
  writeUnsent([...unsent().filter((entry) => entry.id !== id), { id, threadId, text }]);
}

/** The server has it, or the person took it back. */
export function releaseUnsent(id: string): void {
  sendingHere.delete(id);
  const rest = unsent();
  if (rest.some((entry) => entry.id === id)) writeUnsent(rest.filter((entry) => entry.id !== id));
}

/** For tests: as after a reload. */
export function forgetSending(): void {
  sendingHere.clear();
}

function unsent(): Unsent[] {
  return (readJson(unsentKey()) ?? []) as Unsent[];
}

function writeUnsent(entries: Unsent[]): void {
  write(unsentKey(), entries.length === 0 ? null : JSON.stringify(entries));
}

function readJson(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // Storage is blocked, or holds what another version wrote: start empty.
  }
}

function write(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** The message as it is sent: what was typed, then each pasted text in a fence that its content cannot close. */
export function composeMessage(draft: Draft): string {
  const parts = draft.pasted.map(({ name, text }) => {
    const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((match) => match[0].length));
    const fence = "`".repeat(longest + 1);
    return `${name}:\n\n${fence}\n${text}\n${fence}`;
  });
  return [draft.text.trim(), ...parts].filter((part) => part !== "").join("\n\n");
}
