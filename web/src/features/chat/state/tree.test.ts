import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexChildren, isOnPath, newestLeafUnder, pathTo, ROOT, siblingsOf, type TreeNode } from "./tree";

const nodes = (...list: [id: string, parentId: string | null][]): Record<string, TreeNode> =>
  Object.fromEntries(
    list.map(([id, parentId], index) => [
      id,
      { id, parentId, createdAt: new Date(index * 1000).toISOString() },
    ]),
  );

describe("message tree", () => {
  const tree = nodes(
    ["u1", null],
    ["a1", "u1"],
    ["u2", "a1"],
    ["a2", "u2"],
    ["a1b", "u1"],
    ["u2b", "a1b"],
    ["u1b", null],
  );
  const children = indexChildren(tree, Object.keys(tree));

  it("knows siblings in order of creation", () => {
    expect(siblingsOf(tree, children, "a1")).toEqual(["a1", "a1b"]);
    expect(siblingsOf(tree, children, "u1b")).toEqual(["u1", "u1b"]);
    expect(siblingsOf(tree, children, "u2")).toEqual(["u2"]);
  });

  it("shows the path to the active leaf", () => {
    expect(pathTo(tree, "a2")).toEqual(["u1", "a1", "u2", "a2"]);
    expect(pathTo(tree, newestLeafUnder(children, "u1"))).toEqual(["u1", "a1b", "u2b"]);
    expect(isOnPath(tree, "a1", "a2")).toBe(true);
    expect(isOnPath(tree, "a1b", "a2")).toBe(false);
  });

  it("takes messages whose parent is on an older page for roots, but not for siblings", () => {
    const page = nodes(["u5", "a4"], ["a5", "u5"], ["x", "a9"]);
    const index = indexChildren(page, Object.keys(page));
    expect(index[ROOT]).toEqual(["u5", "x"]);
    expect(siblingsOf(page, index, "u5")).toEqual(["u5"]);
    expect(pathTo(page, "a5")).toEqual(["u5", "a5"]);
  });

  it("survives a cycle, should one ever be sent", () => {
    const loop = nodes(["a", "b"], ["b", "a"]);
    expect(pathTo(loop, "a")).toEqual(["b", "a"]);
  });

  it("reaches a leaf from every message, with the message on its path", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), (parents) => {
        const list = parents.map((pick, index): [string, string | null] => [
          `m${index}`,
          index === 0 ? null : `m${pick % index}`,
        ]);
        const random = nodes(...list);
        const index = indexChildren(random, Object.keys(random));
        for (const id of Object.keys(random)) {
          const leaf = newestLeafUnder(index, id);
          expect(index[leaf]).toBeUndefined();
          expect(isOnPath(random, id, leaf)).toBe(true);
        }
      }),
    );
  });
});
