/**
 * Short names for the schema's objects, so that call sites don't spell out the generated paths. Where the
 * document says only "string" for a closed list, the list is given here.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Chat = Schemas["Chat"];
export type Message = Schemas["Message"];
export type Job = Schemas["Job"];
export type Usage = Schemas["Usage"];
export type Agent = Schemas["Agent"];
export type Model = Schemas["Model"];
export type Models = Schemas["ModelsBody"];

export type KeyScope = "full" | "chat" | "mcp";
export type ApiKey = Omit<Schemas["ApiKey"], "scopes"> & { scopes: KeyScope[] };
export type AgentDetails = Schemas["AgentDetails"];
export type ToolSwitch = Schemas["ToolSwitch"];
export type AuditEntry = Schemas["AuditEntry"];

export type SignupMode = "open" | "invite" | "closed";

export type Ready = Omit<Schemas["ReadyBody"], "signup"> & {
  signup: Schemas["SignupState"] & { mode: SignupMode };
};

export type ProviderKind =
  | "openai"
  | "openai_responses"
  | "anthropic"
  | "gemini"
  | "ollama"
  | "openai_compatible";

export type Provider = Schemas["Provider"] & {
  kind: ProviderKind | "local";
  source: "environment" | "settings" | "detected" | "local";
  status: "ok" | "error" | "unchecked";
};

export type ServerSettings = Schemas["ServerSettings"] & { signup: SignupMode };
export type ServerSettingsChange = Schemas["UpdateSettingsBody"];
