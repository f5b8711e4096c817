import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { fixtures } from "@/test/fixtures";
import { ApiError } from "./api/errors";
import { cn } from "./cn";
import { PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, passwordFlaw, placeErrors } from "./forms";
import { initI18n, resolveLanguage, setLanguage } from "./i18n";
import { en } from "./i18n/locales/en";
import { pseudo } from "./i18n/pseudo";
import { followAppearance, followLanguage, useAppearance } from "./preferences";
import { followOtherTabs, session, useSession } from "./session";
import { ariaChord, chordKeys, matchesChord } from "./shortcuts";

describe("passwords", () => {
  it("counts characters at the lower end and bytes at the upper", () => {
    expect(passwordFlaw("1234567")).toBe("tooShort");
    expect(passwordFlaw("12345678")).toBeNull();
    expect(passwordFlaw("🐻🐻🐻🐻")).toBe("tooShort");
    expect(passwordFlaw("a".repeat(72))).toBeNull();
    expect(passwordFlaw("a".repeat(73))).toBe("tooLong");
    expect(passwordFlaw("é".repeat(36))).toBeNull();
    expect(passwordFlaw("é".repeat(37))).toBe("tooLong");
  });

  it("lets through exactly what the server takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 90 }), (password) => {
        const fits =
          Array.from(password).length >= PASSWORD_MIN_CHARS &&
          new TextEncoder().encode(password).length <= PASSWORD_MAX_BYTES;
        expect(passwordFlaw(password) === null).toBe(fits);
      }),
    );
  });
});

describe("placeErrors", () => {
  const error = (errors: Record<string, string[]>) =>
    new ApiError({ status: 422, code: "validation", title: "Check the form", errors });

  it("lays messages on their fields, focusing the first", () => {
    const setError = vi.fn();
    expect(
      placeErrors<{ a: string; b: string }>(error({ b: ["B.", "C."] }), ["a", "b"], setError),
    ).toBeNull();
    expect(setError).toHaveBeenCalledExactlyOnceWith(
      "b",
      { type: "server", message: "B. C." },
      { shouldFocus: true },
    );
  });

  it("gives back what belongs to no field", () => {
    const left = placeErrors<{ a: string }>(error({ a: ["A."], other: ["X."] }), ["a"], vi.fn());
    expect(left?.title).toBe("Check the form");
    expect(placeErrors<{ a: string }>(new Error("boom"), ["a"], vi.fn())?.detail).toBe("boom");
  });
});

describe("words", () => {
  it("have no empty or doubled-up text and keep their placeholders in the pseudo-locale", () => {
    const walk = (value: unknown, path: string): void => {
      if (typeof value === "object" && value !== null) {
        for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
        return;
      }
      expect(typeof value, path).toBe("string");
      const text = String(value);
      expect(text.trim(), path).not.toBe("");
      const places = (source: string) => source.match(/\{\{[^}]+\}\}|<[^>]+>/g) ?? [];
      expect(places(pseudo(text)), path).toEqual(places(text));
    };
    walk(en, "en");
  });

  it("switches to the pseudo-locale and back", async () => {
    const i18n = initI18n();
    await setLanguage("en-XA");
    expect(i18n.t("common:save")).toMatch(/^\[Šávé·+\]$/);
    expect(document.documentElement.lang).toBe("en-XA");
    await setLanguage("en");
    expect(i18n.t("common:save")).toBe("Save");
  });
});

describe("language", () => {
  it.each([
    ["system", ["en-GB", "fr"], "en-GB"],
    ["system", ["fr", "en-AU"], "en-AU"],
    ["system", ["fr"], "en"],
    ["en", ["fr"], "en"],
    ["tlh", ["fr"], "en"],
  ])("%s in a browser of %s is %s", (preference, browser, expected) => {
    expect(resolveLanguage(preference, browser)).toBe(expected);
  });

  it("follows the preference", async () => {
    const stop = followLanguage();
    useAppearance.getState().setLanguage("en-XA");
    await expect.poll(() => document.documentElement.lang).toBe("en-XA");
    useAppearance.getState().setLanguage("system");
    await expect.poll(() => document.documentElement.lang).toMatch(/^en(-US)?$/);
    stop();
  });
});

describe("shortcuts", () => {
  const press = (init: KeyboardEventInit) => new KeyboardEvent("keydown", init);

  it("match their chord and nothing near it", () => {
    expect(matchesChord(press({ key: "k", ctrlKey: true }), "mod+k")).toBe(true);
    expect(matchesChord(press({ key: "K", ctrlKey: true, shiftKey: true }), "mod+k")).toBe(false);
    expect(matchesChord(press({ key: "O", ctrlKey: true, shiftKey: true }), "mod+shift+o")).toBe(true);
    expect(matchesChord(press({ key: "k" }), "mod+k")).toBe(false);
    expect(matchesChord(press({ key: "k", ctrlKey: true, altKey: true }), "mod+k")).toBe(false);
    // A slash that needs Shift on this keyboard.
    expect(matchesChord(press({ key: "/", ctrlKey: true, shiftKey: true }), "mod+/")).toBe(true);
  });

  it("never fire while a character is being composed", () => {
    expect(matchesChord(press({ key: "k", ctrlKey: true, isComposing: true }), "mod+k")).toBe(false);
    expect(matchesChord(press({ key: "k", ctrlKey: true, keyCode: 229 }), "mod+k")).toBe(false);
  });

  it("read well", () => {
    expect(chordKeys("mod+shift+o")).toEqual(["Ctrl", "Shift", "O"]);
    expect(ariaChord("mod+shift+o")).toBe("Control+Shift+O");
  });
});

describe("session", () => {
  it("survives a reload through localStorage and decodes names beyond ASCII", () => {
    session.signIn(fixtures.token({ email: "bär@example.com" }));
    expect(useSession.getState().claims?.email).toBe("bär@example.com");
    expect(localStorage.getItem("kuma.token")).toBe(session.token());
    expect(session.userId()).toBe(fixtures.user().id);
    session.signOut();
    expect(localStorage.getItem("kuma.token")).toBeNull();
  });

  it("follows another tab", () => {
    const stop = followOtherTabs();
    const token = fixtures.token({ ver: 7 });
    localStorage.setItem("kuma.token", token);
    window.dispatchEvent(new StorageEvent("storage", { key: "kuma.token" }));
    expect(session.token()).toBe(token);
    localStorage.removeItem("kuma.token");
    window.dispatchEvent(new StorageEvent("storage", { key: "kuma.token" }));
    expect(session.token()).toBeNull();
    stop();
  });

  it("lets what waits go on when another tab has signed in", async () => {
    session.signIn(fixtures.token({ ver: 1 }));
    const waiting = session.reauthenticate(session.token() ?? "");
    expect(useSession.getState().expired).toBe(true);
    const stop = followOtherTabs();
    localStorage.setItem("kuma.token", fixtures.token({ ver: 2 }));
    window.dispatchEvent(new StorageEvent("storage", { key: "kuma.token" }));
    await expect(waiting).resolves.toBeUndefined();
    expect(useSession.getState().expired).toBe(false);
    stop();
  });
});

describe("appearance", () => {
  it("shows in the document at once and is kept", () => {
    const stop = followAppearance();
    useAppearance.getState().setTheme("dark");
    useAppearance.getState().setDensity("compact");
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(document.documentElement.dataset["density"]).toBe("compact");
    expect(JSON.parse(localStorage.getItem("kuma.appearance") ?? "{}")).toMatchObject({
      state: { theme: "dark", density: "compact" },
    });
    useAppearance.getState().setTheme("system");
    useAppearance.getState().setDensity("comfortable");
    expect(document.documentElement.dataset["theme"]).toBe("light");
    stop();
  });
});

describe("cn", () => {
  it.each([
    ["px-4 text-sm px-0 text-meta text-fg-muted", "px-0 text-meta text-fg-muted"],
    ["px-3 pe-11", "px-3 pe-11"],
    ["ps-2 pe-2 px-3", "px-3"],
    ["size-4 h-6", "size-4 h-6"],
    ["w-2 h-2 size-4", "size-4"],
    ["border border-border border-ok/30", "border border-ok/30"],
    ["border-2 border", "border"],
    ["border-border border-b md:border-transparent", "border-border border-b md:border-transparent"],
    ["rounded-xl rounded-ee-xs", "rounded-xl rounded-ee-xs"],
    ["rounded-sm rounded-e-md rounded-full", "rounded-e-md rounded-full"],
    ["overflow-x-auto overflow-y-auto", "overflow-x-auto overflow-y-auto"],
    ["active:scale-[0.98] active:scale-100", "active:scale-100"],
    ["text-fg text-danger text-start", "text-danger text-start"],
    ["hover:bg-hover bg-muted hover:bg-muted", "bg-muted hover:bg-muted"],
    ["flex hidden", "hidden"],
    ["rounded-sm rounded-full shadow-xs shadow-lg", "rounded-full shadow-lg"],
    ["max-w-sm max-w-[calc(100vw-24px)]", "max-w-[calc(100vw-24px)]"],
    ["animate-appear truncate underline", "animate-appear truncate underline"],
  ])("%s → %s", (classes, merged) => {
    expect(cn(classes)).toBe(merged);
  });
});
