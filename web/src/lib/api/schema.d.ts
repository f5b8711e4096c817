// Written by hand from the HTTP contract until web/openapi.json is there to generate it from.

type Responses<Ok, Status extends number> = Record<Status, { headers: { [name: string]: unknown }; content: { "application/json": Ok } }>;
type Empty<Status extends number> = Record<Status, { headers: { [name: string]: unknown }; content?: never }>;
type Params<Path = never, Query = never> = {
  query?: Query;
  header?: never;
  path: Path;
  cookie?: never;
};
type NoPath<Query = never> = { query?: Query; header?: never; path?: never; cookie?: never };
type Body<T> = { content: { "application/json": T } };
type Page = { limit?: number; cursor?: string };

interface Op<P, B, R> {
  parameters: P;
  requestBody: B;
  responses: R;
}
interface OpNoBody<P, R> {
  parameters: P;
  requestBody?: never;
  responses: R;
}

export interface components {
  schemas: {
    User: {
      id: string;
      email: string;
      name: string;
      role: "user" | "admin";
      preferences: { [key: string]: unknown };
      createdAt: string;
    };
    AuthAnswer: { token: string; user: components["schemas"]["User"] };
    Chat: {
      id: string;
      title: string;
      agentType: string;
      pinned: boolean;
      archived: boolean;
      createdAt: string;
      updatedAt: string;
      activeJobId?: string | null;
    };
    ToolCall: {
      callId: string;
      tool: string;
      arguments: unknown;
      effect: "read" | "write";
      ok: boolean;
      summary: string;
      result?: unknown;
      error?: string | null;
      durationMs: number;
    };
    Citation: {
      index: number;
      documentId?: string | null;
      url?: string | null;
      title: string;
      page?: number | null;
      quote: string;
    };
    ImageAttachment: { id: string; url: string; mimeType: string; width: number; height: number; alt?: string | null };
    DocumentAttachment: { documentId: string; displayName: string; pageCount: number };
    Usage: { inputTokens: number; outputTokens: number };
    Message: {
      id: string;
      chatId: string;
      parentId: string | null;
      role: "user" | "assistant" | "system" | "tool";
      content: string;
      toolCalls: components["schemas"]["ToolCall"][];
      imageAttachments: components["schemas"]["ImageAttachment"][];
      documentAttachments: components["schemas"]["DocumentAttachment"][];
      citations: components["schemas"]["Citation"][];
      model: string | null;
      usage: components["schemas"]["Usage"] | null;
      status: "complete" | "streaming" | "cancelled" | "failed";
      createdAt: string;
    };
    Job: {
      jobId: string;
      chatId: string;
      status: "PENDING" | "PROCESSING" | "WAITING_APPROVAL" | "COMPLETED" | "FAILED" | "DEAD" | "CANCELLED";
      agentType: string;
      error: string | null;
      retryCount: number;
      result: unknown;
      createdAt: string;
      updatedAt: string;
    };
    Agent: {
      name: string;
      displayName: string;
      description: string;
      model: string | null;
      temperature: number | null;
      tools: string[];
      isActive: boolean;
    };
    Model: {
      id: string;
      provider: string;
      name: string;
      contextWindow?: number | null;
      capabilities: string[];
      demo: boolean;
    };
    Models: { items: components["schemas"]["Model"][]; default: string | null };
    Ready: {
      database: string;
      queue: string;
      storage: string;
      model: string;
      signup: { mode: "open" | "invite" | "closed"; firstAccount: boolean };
      version: string;
    };
    ProviderKind: "openai" | "openai_responses" | "anthropic" | "gemini" | "ollama" | "openai_compatible";
    Provider: {
      name: string;
      kind: components["schemas"]["ProviderKind"] | "local";
      displayName: string;
      baseUrl: string | null;
      source: "environment" | "settings" | "detected" | "local";
      keyHint: string | null;
      status: "ok" | "error" | "unchecked";
      error: string | null;
      models: number;
    };
    AdminSettings: {
      defaultModel: string | null;
      smallModel: string | null;
      signup: "open" | "invite" | "closed";
    };
  };
}

type S = components["schemas"];

export interface paths {
  "/api/ready": { get: OpNoBody<NoPath, Responses<S["Ready"], 200 | 503>> };
  "/api/auth/signup": {
    post: Op<NoPath, Body<{ email: string; password: string; name: string }>, Responses<S["AuthAnswer"], 201>>;
  };
  "/api/auth/login": { post: Op<NoPath, Body<{ email: string; password: string }>, Responses<S["AuthAnswer"], 200>> };
  "/api/auth/me": {
    get: OpNoBody<NoPath, Responses<{ user: S["User"] }, 200>>;
    patch: Op<
      NoPath,
      Body<{ name?: string; preferences?: { [key: string]: unknown } }>,
      Responses<{ user: S["User"] }, 200>
    >;
    delete: Op<NoPath, Body<{ password: string }>, Empty<204>>;
  };
  "/api/auth/password": { post: Op<NoPath, Body<{ currentPassword: string; newPassword: string }>, Empty<204>> };
  "/api/auth/logout-all": { post: OpNoBody<NoPath, Empty<204>> };
  "/api/models": { get: OpNoBody<NoPath, Responses<S["Models"], 200>> };
  "/api/agents": { get: OpNoBody<NoPath, Responses<{ items: S["Agent"][] }, 200>> };
  "/api/admin/providers": { get: OpNoBody<NoPath, Responses<{ items: S["Provider"][] }, 200>> };
  "/api/admin/providers/{name}": {
    put: Op<
      Params<{ name: string }>,
      Body<{ kind: S["ProviderKind"]; displayName?: string; baseUrl?: string; apiKey?: string }>,
      Responses<{ provider: S["Provider"] }, 200>
    >;
    delete: OpNoBody<Params<{ name: string }>, Empty<204>>;
  };
  "/api/admin/settings": {
    get: OpNoBody<NoPath, Responses<{ settings: S["AdminSettings"] }, 200>>;
    patch: Op<NoPath, Body<Partial<S["AdminSettings"]>>, Responses<{ settings: S["AdminSettings"] }, 200>>;
  };
  "/api/chat": {
    get: OpNoBody<
      NoPath<Page & { q?: string; archived?: boolean }>,
      Responses<{ items: S["Chat"][]; nextCursor: string | null }, 200>
    >;
    post: Op<NoPath, Body<{ title?: string; agentType?: string }>, Responses<{ chat: S["Chat"] }, 201>>;
  };
  "/api/chat/{id}": {
    get: OpNoBody<Params<{ id: string }>, Responses<{ chat: S["Chat"] }, 200>>;
    patch: Op<
      Params<{ id: string }>,
      Body<{ title?: string; pinned?: boolean; archived?: boolean }>,
      Responses<{ chat: S["Chat"] }, 200>
    >;
    delete: OpNoBody<Params<{ id: string }>, Empty<204>>;
  };
  "/api/chat/{id}/messages": {
    get: OpNoBody<
      Params<{ id: string }, Page>,
      Responses<{ items: S["Message"][]; nextCursor: string | null }, 200>
    >;
  };
  "/api/chat/jobs/{jobId}": { get: OpNoBody<Params<{ jobId: string }>, Responses<S["Job"], 200>> };
  "/api/chat/jobs/{jobId}/cancel": { post: OpNoBody<Params<{ jobId: string }>, Empty<202>> };
  "/api/chat/jobs/{jobId}/approvals/{callId}": {
    post: Op<
      Params<{ jobId: string; callId: string }>,
      Body<{ decision: "approve" | "deny"; arguments?: unknown; reason?: string; remember?: boolean }>,
      Empty<202>
    >;
  };
}
