/**
 * Tests that share a server, fake providers and a browser per file. Each scenario has accounts and browser contexts of its
 * own, so that they depend on nothing that another one did.
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { launch, openContext } from "./browser.js";
import { OUTPUT } from "./env.js";
import { keptIn } from "./failure.js";
import { Kuma } from "./kuma.js";
import { Upstream } from "./upstream.js";

const TIMEOUT_MS = 60_000;

/**
 * What a scenario works with.
 * @typedef {object} World
 * @property {Kuma} kuma the server
 * @property {Upstream} upstream the fake providers
 * @property {(options?: object) => Promise<import("playwright-core").Page>} open a page in a browser context of its own;
 *   `person` signs in, `path` is where it goes, `leadsTo` is where else it may lead, the rest are Playwright's context
 *   options
 * @property {(options?: object) => Promise<Kuma>} serve another server, for this scenario alone
 * @property {(pattern: RegExp) => void} allow a complaint of the pages that belongs to the scenario
 */

/**
 * @param {{url: string, server?: object, upstream?: boolean}} file `url` is the test file's `import.meta.url`; `server`
 *   are options of the shared server
 * @returns {(name: string, run: (world: World) => Promise<void>, timeout?: number) => void}
 */
export function scenarios({ url, server = {} }) {
  const shared = {};
  before(async () => {
    [shared.browser, shared.upstream] = await Promise.all([launch(), Upstream.start()]);
    shared.kuma = await Kuma.start({ upstream: shared.upstream, ...server });
    // The administrator, so that nobody in the tests is it by chance.
    shared.admin = await shared.kuma.person("Admin");
  });
  after(async () => {
    const violations = (await shared.upstream?.violations()) ?? [];
    await Promise.all([shared.browser?.close(), shared.kuma?.dispose(), shared.upstream?.dispose()]);
    if (violations.length > 0) throw new Error(`Kuma sent what the vendor would refuse: ${JSON.stringify(violations)}`);
  });

  const file = basename(new URL(url).pathname, ".test.js");
  return (name, run, timeout = TIMEOUT_MS) => {
    test(`${file}: ${name}`, { timeout }, async () => {
      const complaints = [];
      const allowed = [];
      const contexts = [];
      const servers = [];
      const world = {
        ...shared,
        async open({ kuma = shared.kuma, path = "/", person, ...options } = {}) {
          const context = await openContext(shared.browser, kuma.url, { person, complaints, ...options });
          contexts.push(context);
          const page = await context.newPage();
          await page.goto(kuma.url + path);
          return page;
        },
        async serve(options) {
          const kuma = await Kuma.start({ upstream: shared.upstream, ...options });
          servers.push(kuma);
          return kuma;
        },
        allow: (pattern) => allowed.push(pattern),
      };
      const place = join(OUTPUT, `${file}-${slug(name)}`);
      rmSync(place, { recursive: true, force: true });
      try {
        // One that failed has left replies behind, which would answer the questions of this one.
        await shared.upstream.forget();
        await run(world);
        const wrong = complaints.filter((complaint) => !allowed.some((pattern) => pattern.test(complaint)));
        if (wrong.length > 0) throw new Error(`the pages complained:\n${wrong.join("\n")}`);
      } catch (error) {
        await keep(place, { error, complaints, contexts, logs: [...servers, shared.kuma, shared.upstream].map((one) => one.logFile) });
        throw keptIn(error, place);
      } finally {
        await Promise.all([...contexts.map((context) => context.close()), ...servers.map((kuma) => kuma.dispose())]);
      }
    });
  };
}

/** What a person needs who looks into a failure. */
async function keep(place, { error, complaints, contexts, logs }) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "error.txt"), `${error?.stack ?? error}\n\n${complaints.join("\n")}\n`);
  logs.forEach((log, at) => existsSync(log) && copyFileSync(log, join(place, `${at + 1}-${basename(log)}`)));
  const pages = contexts.flatMap((context) => context.pages());
  for (const [at, page] of pages.entries()) {
    try {
      await page.screenshot({ path: join(place, `page-${at + 1}.png`), timeout: 5_000 });
      writeFileSync(join(place, `page-${at + 1}.html`), `<!-- ${page.url()} -->\n${await page.content()}`);
    } catch (failure) {
      writeFileSync(join(place, `page-${at + 1}.txt`), `no picture: ${failure}`);
    }
  }
}

function slug(name) {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").slice(0, 60);
}
