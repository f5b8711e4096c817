import { app } from "./app";
import { auth } from "./auth";
import { chat } from "./chat";
import { common } from "./common";
import { landing } from "./landing";
import { markdown } from "./markdown";
import { memories } from "./memories";
import { onboarding } from "./onboarding";
import { settings } from "./settings";

export const en = { common, app, auth, chat, landing, markdown, memories, onboarding, settings } as const;
