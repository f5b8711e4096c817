/** The pages of the chat feature: `/chat` (a new chat) and `/chat/:chatId`. */
import { watchThreads } from "./state/loading";

export { ChatPage } from "./components/ChatPage";

// From the first chat on and for as long as the app lives: another person signing in must find nothing of this one's.
watchThreads();
