/** Waiting for things to become true, with an end. */

const EVERY_MS = 40;

/**
 * Asks until the answer is truthy, and gives it back. An error thrown while asking counts as "not yet" and is named when
 * the time is over.
 */
export async function until(what, ask, ms = 15_000) {
  const end = Date.now() + ms;
  let last;
  while (true) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`${what}: not within ${ms} ms (last seen: ${seen})`);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/** Waits until `ask` gives exactly `wanted` (compared as JSON). */
export async function untilEqual(what, ask, wanted, ms = 15_000) {
  const expected = JSON.stringify(wanted);
  let seen;
  await until(
    what,
    async () => {
      seen = JSON.stringify(await ask());
      if (seen !== expected) throw new Error(`${seen} instead of ${expected}`);
      return true;
    },
    ms,
  );
}

/** The promise, or an error when it takes too long. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
