/** A program that a test starts, talks to by its output, and ends by its process id. */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { within } from "./wait.js";

const running = new Set();

// Whatever ends the tests, nothing they started outlives them.
process.on("exit", () => {
  for (const program of running) program.kill();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

export class Program {
  #name;
  #child;
  #output = "";
  #listeners = new Set();
  #exit;

  /** @param {{name: string, command: string, args: string[], env: Record<string, string>, cwd?: string, logFile: string}} options */
  constructor({ name, command, args, env, cwd, logFile }) {
    this.#name = name;
    // Only what is given: the settings of whoever runs the tests must not reach the program.
    this.#child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this);
    const take = (data) => {
      appendFileSync(logFile, data);
      this.#output += data;
      for (const listener of this.#listeners) listener();
    };
    this.#child.stdout.on("data", take);
    this.#child.stderr.on("data", take);
    this.#exit = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        take(`${error}\n`);
        resolve({ code: null, signal: null });
      });
      this.#child.on("exit", (code, signal) => resolve({ code, signal }));
    });
    this.#exit.then(() => {
      running.delete(this);
      for (const listener of this.#listeners) listener();
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /** Resolves with the match as soon as the output has it. */
  async says(pattern, ms = 30_000) {
    let listener;
    const heard = new Promise((resolve, reject) => {
      listener = () => {
        const match = pattern.exec(this.#output);
        if (match) resolve(match);
        else if (!running.has(this)) reject(new Error(`${this.#name} ended before it said ${pattern}:\n${this.#output.slice(-2000)}`));
      };
      this.#listeners.add(listener);
      listener();
    });
    try {
      return await within(ms, `${this.#name} says ${pattern}`, heard);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Sends SIGTERM and waits for the end; one that does not obey is killed, and that is an error. */
  async stop(ms = 15_000) {
    this.#child.kill("SIGTERM");
    try {
      return await within(ms, `${this.#name} ends after SIGTERM`, this.#exit);
    } catch (error) {
      this.kill();
      await this.#exit;
      throw error;
    }
  }

  /** SIGKILL, as a crash or a power cut would end it. Resolves when it is gone. */
  kill() {
    this.#child.kill("SIGKILL");
    return this.#exit;
  }
}

/** The environment that every program gets. */
export function baseEnv() {
  const { PATH = "", HOME = "", TMPDIR, LD_LIBRARY_PATH } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...(LD_LIBRARY_PATH ? { LD_LIBRARY_PATH } : {}) };
}
