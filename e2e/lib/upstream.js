/** The fake model providers (crates/kuma-testkit), and their control API. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAKE_BIN } from "./env.js";
import { baseEnv, Program } from "./program.js";

export class Upstream {
  url = "";
  logFile;
  #dir;
  #program;
  #gates = 0;

  static async start() {
    const upstream = new Upstream();
    upstream.#dir = mkdtempSync(join(tmpdir(), "kuma-e2e-upstream-"));
    upstream.logFile = join(upstream.#dir, "upstream.log");
    upstream.#program = new Program({ name: "kuma-fake-upstream", command: FAKE_BIN, args: [], env: baseEnv(), logFile: upstream.logFile });
    [, upstream.url] = await upstream.#program.says(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
    return upstream;
  }

  get openai() {
    return `${this.url}/openai/v1`;
  }

  /** A fake MCP server of that name: its address, where its logins are, its state, its script (as in the testkit's README). */
  mcp(name) {
    return {
      url: `${this.url}/mcp/${name}`,
      login: `${this.url}/mcp-login/${name}/`,
      state: () => this.control("GET", `mcp/${name}`),
      script: (script) => this.control("PUT", `mcp/${name}/script`, script),
    };
  }

  /** A gate that holds back the answer to a message with its `keyword`. */
  gate() {
    this.#gates += 1;
    return new Gate(this, `g${process.pid}-${this.#gates}`);
  }

  /** Answers every message that holds `contains`. Reply as in the testkit's README. */
  rule(contains, reply) {
    return this.control("POST", "openai/rules", { contains, reply });
  }

  /** Answers the next message, whatever it is. Titles and summaries are not taken for one. */
  next(reply) {
    return this.control("POST", "openai/replies", reply);
  }

  /** Forgets the replies and rules that nobody has used. */
  forget() {
    return this.control("DELETE", "openai/script");
  }

  /** Bodies of the chat requests that reached the OpenAI fake, oldest first. */
  async requests() {
    const { requests } = await this.control("GET", "requests?vendor=openai").then((found) => (Array.isArray(found) ? { requests: found } : found));
    return requests;
  }

  /** What Kuma sent that the vendor would have refused. */
  violations() {
    return this.control("GET", "violations");
  }

  async control(method, path, body) {
    const response = await fetch(`${this.url}/_fake/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /_fake/${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  async dispose() {
    await this.#program.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export class Gate {
  /** To be written into the message. */
  keyword;
  id;
  #upstream;

  constructor(upstream, id) {
    this.#upstream = upstream;
    this.id = id;
    this.keyword = `[gate ${id}]`;
  }

  /** Lets that many words of the answer go. */
  release(count) {
    return this.#upstream.control("POST", `gates/${this.id}/release`, { count });
  }

  /** Lets everything go. */
  open() {
    return this.#upstream.control("POST", `gates/${this.id}/open`);
  }

  /** Waits for `started`, `blocked`, `passed:N`, `disconnected` or `finished`. */
  wait(condition) {
    return this.#upstream.control("GET", `gates/${this.id}/wait?for=${condition}&timeout_ms=15000`);
  }
}
