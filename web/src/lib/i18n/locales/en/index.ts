import { app } from "./app";
import { auth } from "./auth";
import { chat } from "./chat";
import { common } from "./common";
import { landing } from "./landing";
import { markdown } from "./markdown";
import { mcp } from "./mcp";
import { onboarding } from "./onboarding";
import { settings } from "./settings";

export const en = { common, app, auth, chat, landing, markdown, mcp, onboarding, settings } as const;
