/** Short names for the schema's objects, so that call sites don't spell out the generated paths. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Chat = Schemas["Chat"];
export type Message = Schemas["Message"];
export type ToolCall = Schemas["ToolCall"];
export type Citation = Schemas["Citation"];
export type ImageAttachment = Schemas["ImageAttachment"];
export type DocumentAttachment = Schemas["DocumentAttachment"];
export type Usage = Schemas["Usage"];
export type Job = Schemas["Job"];
export type Agent = Schemas["Agent"];
export type Model = Schemas["Model"];
export type Models = Schemas["Models"];
export type Ready = Schemas["Ready"];
export type Provider = Schemas["Provider"];
export type ProviderKind = Schemas["ProviderKind"];
export type AdminSettings = Schemas["AdminSettings"];
