import { describe, expect, it } from "vitest";
import { enterAction, isEditLast } from "./keys";

const press = (key: string, fields: Partial<KeyboardEvent> = {}) => ({
  key,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  keyCode: key === "Enter" ? 13 : 38,
  ...fields,
});

describe("Enter", () => {
  it.each([
    ["alone sends", press("Enter"), "send"],
    ["with Shift breaks", press("Enter", { shiftKey: true }), "newline"],
    ["with Alt breaks", press("Enter", { altKey: true }), "newline"],
    ["with Ctrl sends", press("Enter", { ctrlKey: true }), "send"],
    ["with ⌘ sends", press("Enter", { metaKey: true }), "send"],
    ["while composing does nothing", press("Enter", { isComposing: true }), null],
    ["confirming a composition (key code 229) does nothing", press("Enter", { keyCode: 229 }), null],
    ["while composing with Ctrl does nothing", press("Enter", { isComposing: true, ctrlKey: true }), null],
    ["other keys do nothing", press("a"), null],
  ] as const)("%s", (_name, event, action) => {
    expect(enterAction(event)).toBe(action);
  });

  it("breaks the line on a touch keyboard", () => {
    expect(enterAction(press("Enter"), true)).toBe("newline");
  });
});

it("↑ edits the last message only from an empty field", () => {
  expect(isEditLast(press("ArrowUp"), "")).toBe(true);
  expect(isEditLast(press("ArrowUp"), "x")).toBe(false);
  expect(isEditLast(press("ArrowUp", { shiftKey: true }), "")).toBe(false);
  expect(isEditLast(press("ArrowUp", { isComposing: true }), "")).toBe(false);
});
