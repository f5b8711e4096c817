import type { ProviderKind } from "@/lib/api";

/** What a person can choose to connect. `openai_responses` is OpenAI's other protocol, chosen under Advanced. */
export const CHOICES = ["openai", "anthropic", "gemini", "ollama", "openai_compatible"] as const;
export type Choice = (typeof CHOICES)[number];

interface KindFacts {
  /** The name the provider is stored under; compatible servers are named by the person. */
  name: string | null;
  key: "required" | "optional" | "none";
  url: "required" | "advanced";
  urlPlaceholder: string;
  keyPlaceholder: string;
  /** Where its vendor hands out keys. */
  keyPage?: string;
}

export const KINDS: Record<Choice, KindFacts> = {
  openai: {
    name: "openai",
    key: "required",
    url: "advanced",
    urlPlaceholder: "https://api.openai.com/v1",
    keyPlaceholder: "sk-…",
    keyPage: "https://platform.openai.com/api-keys",
  },
  anthropic: {
    name: "anthropic",
    key: "required",
    url: "advanced",
    urlPlaceholder: "https://api.anthropic.com",
    keyPlaceholder: "sk-ant-…",
    keyPage: "https://console.anthropic.com/settings/keys",
  },
  gemini: {
    name: "gemini",
    key: "required",
    url: "advanced",
    urlPlaceholder: "https://generativelanguage.googleapis.com",
    keyPlaceholder: "AIza…",
    keyPage: "https://aistudio.google.com/app/apikey",
  },
  ollama: {
    name: "ollama",
    key: "none",
    url: "required",
    urlPlaceholder: "http://127.0.0.1:11434",
    keyPlaceholder: "",
  },
  openai_compatible: {
    name: null,
    key: "optional",
    url: "required",
    urlPlaceholder: "http://192.168.1.20:8000/v1",
    keyPlaceholder: "",
  },
};

export function choiceOf(kind: ProviderKind | "local"): Choice | null {
  if (kind === "openai_responses") return "openai";
  return kind === "local" ? null : kind;
}

/** "Lab server 2" → "lab-server-2": what the API and model ids call a compatible server. */
export function slug(displayName: string): string {
  const ascii = displayName
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return ascii === "" ? "server" : ascii;
}
