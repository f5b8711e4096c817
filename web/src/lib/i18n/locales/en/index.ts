import { admin } from "./admin";
import { app } from "./app";
import { attachments } from "./attachments";
import { auth } from "./auth";
import { chat } from "./chat";
import { common } from "./common";
import { documents } from "./documents";
import { keys } from "./keys";
import { landing } from "./landing";
import { markdown } from "./markdown";
import { mcp } from "./mcp";
import { memories } from "./memories";
import { onboarding } from "./onboarding";
import { settings } from "./settings";
import { tools } from "./tools";

export const en = {
  common,
  admin,
  app,
  attachments,
  auth,
  chat,
  documents,
  keys,
  landing,
  markdown,
  mcp,
  memories,
  onboarding,
  settings,
  tools,
} as const;
