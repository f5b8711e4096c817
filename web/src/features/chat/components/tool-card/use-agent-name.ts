import { useAgents } from "../../api/queries";
import { spaced } from "./tool-words";

/** The name for people of the agent that a `delegate` call names. */
export function useAgentName(args: unknown): string {
  const agents = useAgents();
  const named = typeof args === "object" && args !== null && "agent" in args ? args.agent : undefined;
  const name = typeof named === "string" ? named : "";
  return agents?.find((agent) => agent.name === name)?.displayName ?? spaced(name);
}
