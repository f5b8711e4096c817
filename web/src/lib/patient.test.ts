import { describe, expect, it, vi } from "vitest";
import { patiently } from "./patient";

const gone = () => new TypeError("Failed to fetch dynamically imported module");

describe("code that is fetched when it is needed", () => {
  it("comes when the server is back, however long that takes", async () => {
    const load = vi.fn<() => Promise<string>>();
    for (let i = 0; i < 20; i += 1) load.mockRejectedValueOnce(gone());
    load.mockResolvedValue("code");
    const waits: number[] = [];
    const wait = async (ms: number) => void waits.push(ms);
    await expect(patiently(load, { answers: async () => false, wait })()).resolves.toBe("code");
    expect(waits).toHaveLength(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
  });

  it("is asked for again after one failure of a server that is there", async () => {
    const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(gone()).mockResolvedValue("code");
    await expect(patiently(load, { answers: async () => true, wait: async () => undefined })()).resolves.toBe(
      "code",
    );
  });

  it("is given up when the server answers and does not have it", async () => {
    const load = vi.fn<() => Promise<string>>().mockRejectedValue(gone());
    const failing = patiently(load, { answers: async () => true, wait: async () => undefined })();
    await expect(failing).rejects.toThrow("dynamically imported");
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("is never given up when all is readable without it", async () => {
    const load = vi.fn<() => Promise<string>>();
    for (let i = 0; i < 9; i += 1) load.mockRejectedValueOnce(gone());
    load.mockResolvedValue("code");
    const answers = vi.fn(async () => true);
    await expect(patiently(load, { optional: true, answers, wait: async () => undefined })()).resolves.toBe(
      "code",
    );
    expect(answers).not.toHaveBeenCalled();
  });

  it("has its stylesheet fetched again, too", async () => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "/assets/view.css";
    document.head.append(link);
    const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(gone()).mockResolvedValue("code");
    await patiently(load, { answers: async () => false, wait: async () => undefined })();
    const links = document.head.querySelectorAll('link[href="/assets/view.css"]');
    expect(links).toHaveLength(1);
    expect(links[0]).not.toBe(link);
    links[0]?.remove();
  });
});
