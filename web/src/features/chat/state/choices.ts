/**
 * Which model and agent answer next. The model is the person's last choice; the agent is chosen for each chat. Both are
 * kept in this browser. Nothing chosen leaves it to the server.
 */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { SendOptions } from "./runs";
import { NEW_THREAD } from "./thread-store";

interface Choices {
  model: string | null;
  /** By chat, the last chosen last; a chat that is not begun yet has the id of new threads. */
  agents: Readonly<Record<string, string>>;
  chooseModel: (model: string | null) => void;
  chooseAgent: (threadId: string, agent: string) => void;
}

/** So many chats' agents are remembered. */
const REMEMBERED = 200;

export const useChoices = create<Choices>()(
  persist(
    (set) => ({
      model: null,
      agents: {},
      chooseModel: (model) => set({ model }),
      chooseAgent: (threadId, agent) =>
        set(({ agents: { [threadId]: _before, ...others } }) => ({
          agents: Object.fromEntries([...Object.entries(others), [threadId, agent]].slice(-REMEMBERED)),
        })),
    }),
    {
      name: "kuma.choices",
      version: 1,
      migrate: (kept) => ({ model: (kept as { model?: string | null }).model ?? null, agents: {} }),
      storage: createJSONStorage(() => localStorage),
      partialize: ({ model, agents }) => ({ model, agents }),
    },
  ),
);

/** A chat was begun: the agent that was chosen for it stays, and the next new chat begins without one. */
export function keepAgentOf(chatId: string): void {
  useChoices.setState(({ agents: { [NEW_THREAD]: chosen, ...others } }) => ({
    agents: chosen === undefined ? others : { ...others, [chatId]: chosen },
  }));
}

/** The choices for a chat as the server takes them. */
export function currentOptions(threadId: string): SendOptions {
  const { model, agents } = useChoices.getState();
  const agent = agents[threadId];
  return { ...(model === null ? {} : { model }), ...(agent === undefined ? {} : { agentType: agent }) };
}
