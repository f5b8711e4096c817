/** The server under test, on a data directory and a port of its own. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KUMA_BIN, MODELS_DIR } from "./env.js";
import { baseEnv, Program } from "./program.js";

export const PASSWORD = "brown bears sleep";

let people = 0;

export class Kuma {
  url = "";
  logFile;
  #dir;
  #env;
  #port = 0;
  #program = null;

  /**
   * @param {{upstream?: import("./upstream.js").Upstream, models?: boolean, env?: Record<string, string>}} options
   *   `upstream`: the server gets a key for it in its environment; `models`: it gets the starter models.
   */
  constructor({ upstream, models = false, env = {} } = {}) {
    this.#dir = mkdtempSync(join(tmpdir(), "kuma-e2e-"));
    this.logFile = join(this.#dir, "server.log");
    const data = join(this.#dir, "data");
    mkdirSync(data, { mode: 0o700 });
    if (models) symlinkSync(MODELS_DIR, join(data, "models"));
    this.#env = {
      ...baseEnv(),
      HOST: "127.0.0.1",
      KUMA_DATA_DIR: data,
      KUMA_LOG: "info,kuma=debug,kuma_app=debug,kuma_server=debug",
      RATE_LIMIT_ENABLED: "false",
      // Port 1 answers nobody: an Ollama on this machine must not take part.
      OLLAMA_BASE_URL: "http://127.0.0.1:1",
      ...(upstream
        ? { OPENAI_API_KEY: "test", OPENAI_BASE_URL: upstream.openai, KUMA_MODEL: "openai/gpt-5.6-sol", KUMA_SMALL_MODEL: "openai/gpt-5.6-luna" }
        : {}),
      ...env,
    };
  }

  static async start(options) {
    const kuma = new Kuma(options);
    await kuma.start();
    return kuma;
  }

  /** Starts it; once it has run, again on the same port. */
  async start() {
    this.#program = new Program({
      name: "kuma serve",
      command: KUMA_BIN,
      args: ["serve"],
      env: { ...this.#env, PORT: String(this.#port) },
      cwd: this.#dir,
      logFile: this.logFile,
    });
    const [, url, port] = await this.#program.says(/(http:\/\/127\.0\.0\.1:(\d+))/);
    this.url = url;
    this.#port = Number(port);
  }

  /** Settings for the next start. */
  set(env) {
    Object.assign(this.#env, env);
  }

  /** Ends it in good order. */
  async stop() {
    const { code } = await this.#program.stop(30_000);
    if (code !== 0) throw new Error(`kuma serve ended with ${code} after SIGTERM`);
  }

  /** Ends it as a crash would. */
  kill() {
    return this.#program.kill();
  }

  async dispose() {
    await this.#program?.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** An account made through the API, with its token. The first one on a server is its administrator. */
  async person(name = "Ada", email = `person-${++people}@example.com`) {
    const { token, user } = await this.call(null, "POST", "/api/auth/signup", { email, password: PASSWORD, name });
    return { email, password: PASSWORD, name, token, id: user.id };
  }

  /** One call of the API as `person`; throws unless it is answered with 2xx. */
  async call(person, method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(person ? { Authorization: `Bearer ${person.token}` } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" || !response.headers.get("content-type")?.includes("json") ? text : JSON.parse(text);
  }

  /** Messages of a chat in reading order. */
  async messages(person, chatId) {
    return (await this.call(person, "GET", `/api/chat/${chatId}/messages?limit=100`)).items;
  }

  /** Sends a message and waits for the end of its answer; gives the chat's id. */
  async ask(person, message, chatId) {
    const stream = await this.call(person, "POST", "/api/chat/stream", { message, ...(chatId ? { chatId } : {}) });
    const first = /"chatId":"([^"]+)"/.exec(stream);
    if (!first) throw new Error(`the stream names no chat: ${stream.slice(0, 400)}`);
    return first[1];
  }
}
