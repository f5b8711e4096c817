import { createContext } from "react";
import type { Citation } from "../../api/types";

/** The citations of the answer that a mark stands in. */
export const CitationsContext = createContext<readonly Citation[]>([]);
