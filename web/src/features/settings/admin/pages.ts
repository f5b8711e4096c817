/** One chunk for what few people open: keys, and what only administrators see, with their words. */
import { addWords } from "@/lib/i18n";
import { admin } from "@/lib/i18n/locales/en/admin";
import { keys } from "@/lib/i18n/locales/en/keys";

addWords("admin", admin);
addWords("keys", keys);

export { KeysPage } from "../keys/keys-page";
export { AgentsPage } from "./agents-page";
export { AuditPage } from "./audit-page";
export { PeoplePage } from "./people-page";
