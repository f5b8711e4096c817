/** Tools and their calls in plain words. */
import type { TFunction } from "i18next";

const KNOWN = [
  "webSearch",
  "deepResearch",
  "getPageContent",
  "getStockPrice",
  "getCompanyInfo",
  "getFinancialNews",
  "analyzeImage",
  "extractText",
  "describeImage",
  "addMemory",
  "searchMemories",
  "queryDocument",
  "listDocuments",
  "sendEmail",
  "readEmails",
  "createEvent",
  "listEvents",
  "listFiles",
  "uploadFile",
  "createDoc",
  "readDoc",
  "createSheet",
  "readData",
  "createPresentation",
  "listRepos",
  "createIssue",
] as const;

/** `mcp__server__tool` */
const MCP = /^mcp__(.+?)__(.+)$/;

/** Whether it is a tool of an MCP server. */
export function isMcpTool(tool: string): boolean {
  return MCP.test(tool);
}

/** What a tool does, in plain words: "Searched the web". Tools of an MCP server are named with their server. */
export function toolWords(t: TFunction<"tools">, tool: string): string {
  const known = KNOWN.find((name) => name === tool);
  if (known) return t(`words.${known}`);
  const mcp = MCP.exec(tool);
  return mcp ? t("words.mcp", { tool: spaced(mcp[2] ?? ""), server: spaced(mcp[1] ?? "") }) : spaced(tool);
}

/** `createPullRequest` and `create_pull_request` → "Create pull request". */
export function spaced(name: string): string {
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const TELLING = new Set([
  "query",
  "question",
  "url",
  "symbol",
  "subject",
  "title",
  "name",
  "path",
  "repo",
  "task",
]);

/** The argument that says most about a call, short enough for one line. */
export function argumentHint(args: unknown): string {
  if (typeof args !== "object" || args === null) return "";
  const entries = Object.entries(args);
  const found =
    entries.find(([key, value]) => TELLING.has(key) && typeof value === "string") ??
    entries.find(([, value]) => typeof value === "string");
  const text = typeof found?.[1] === "string" ? found[1] : "";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** A duration as a card shows it. */
export function durationWords(t: TFunction<"tools">, language: string, durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds >= 60) {
    const whole = Math.round(seconds);
    return t("call.minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  }
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: seconds < 10 ? 1 : 0 });
  return t("call.seconds", { seconds: format.format(seconds) });
}
