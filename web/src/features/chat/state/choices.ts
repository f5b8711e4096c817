/** Which model and agent answer next: the person's last choice, kept in this browser. Null leaves it to the server. */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { SendOptions } from "./runs";

interface Choices {
  model: string | null;
  agent: string | null;
  chooseModel: (model: string | null) => void;
  chooseAgent: (agent: string | null) => void;
}

export const useChoices = create<Choices>()(
  persist(
    (set) => ({
      model: null,
      agent: null,
      chooseModel: (model) => set({ model }),
      chooseAgent: (agent) => set({ agent }),
    }),
    {
      name: "kuma.choices",
      storage: createJSONStorage(() => localStorage),
      partialize: ({ model, agent }) => ({ model, agent }),
    },
  ),
);

/** The choices as the server takes them. */
export function currentOptions(): SendOptions {
  const { model, agent } = useChoices.getState();
  return { ...(model === null ? {} : { model }), ...(agent === null ? {} : { agentType: agent }) };
}
