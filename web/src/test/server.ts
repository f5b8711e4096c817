import { setupServer } from "msw/node";
import { handlers } from "./handlers";

/** The mocked server of every test. Override for one test with `server.use(...)`. */
export const server = setupServer(...handlers);
