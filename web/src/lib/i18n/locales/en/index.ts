import { admin } from "./admin";
import { app } from "./app";
import { auth } from "./auth";
import { chat } from "./chat";
import { common } from "./common";
import { keys } from "./keys";
import { landing } from "./landing";
import { markdown } from "./markdown";
import { onboarding } from "./onboarding";
import { settings } from "./settings";

export const en = {
  common,
  admin,
  app,
  auth,
  chat,
  keys,
  landing,
  markdown,
  onboarding,
  settings,
} as const;
