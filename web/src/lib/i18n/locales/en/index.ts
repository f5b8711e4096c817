import { app } from "./app";
import { attachments } from "./attachments";
import { auth } from "./auth";
import { chat } from "./chat";
import { common } from "./common";
import { documents } from "./documents";
import { landing } from "./landing";
import { markdown } from "./markdown";
import { onboarding } from "./onboarding";
import { settings } from "./settings";
import { tools } from "./tools";

export const en = {
  common,
  app,
  attachments,
  auth,
  chat,
  documents,
  landing,
  markdown,
  onboarding,
  settings,
  tools,
} as const;
