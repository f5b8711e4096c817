import { Cpu, Server } from "lucide-react";
import type { ReactNode } from "react";
import type { ProviderKind } from "@/lib/api";

/** A letter or a sign for each kind; the vendors' own marks are theirs. */
const GLYPHS: Record<ProviderKind | "local", ReactNode> = {
  openai: "O",
  openai_responses: "O",
  anthropic: "A",
  gemini: "G",
  ollama: <Cpu aria-hidden />,
  openai_compatible: <Server aria-hidden />,
  local: <Cpu aria-hidden />,
};

export function ProviderGlyph({ kind }: { kind: ProviderKind | "local" }) {
  return (
    <span
      aria-hidden
      className="grid size-9 shrink-0 place-items-center rounded-md bg-muted font-semibold text-fg-muted text-sm [&_svg]:size-4.5"
    >
      {GLYPHS[kind]}
    </span>
  );
}
