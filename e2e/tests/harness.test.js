import assert from "node:assert/strict";
import { test } from "node:test";
import { keptIn } from "../lib/failure.js";

for (const [kind, thrown, words] of [
  ["an error", new Error("the answer is missing"), /the answer is missing/],
  ["a DOMException", new DOMException("took too long", "TimeoutError"), /took too long/],
  ["no error at all", "just words", /just words/],
  ["nothing", undefined, /undefined/],
]) {
  test(`harness: ${kind} that ends a scenario is told with the place of its traces`, () => {
    const told = keptIn(thrown, "output/chat");
    assert.ok(told instanceof Error);
    assert.equal(told.cause, thrown);
    for (const text of [told.message, told.stack]) {
      assert.match(text, words);
      assert.match(text, /\(kept in output\/chat\)/);
    }
  });
}
