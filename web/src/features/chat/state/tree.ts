/**
 * A chat's messages are a tree: an edit or a regeneration adds a sibling beside what was there. What is shown is the
 * path from the root to the active leaf. Pure functions; messages are looked up by id, order comes from the ids'
 * creation times.
 */

export interface TreeNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly createdAt: string;
}

/** Children by parent id, oldest first; the roots stand under `ROOT`. */
export type Children = Readonly<Record<string, readonly string[]>>;

export const ROOT = "";

/** Indexes messages by their parent. A message whose parent is not loaded (an older page) counts as a root. */
export function indexChildren(nodes: Readonly<Record<string, TreeNode>>, ids: Iterable<string>): Children {
  const children: Record<string, string[]> = {};
  for (const id of ids) {
    const node = nodes[id];
    if (!node) continue;
    const parent = node.parentId !== null && nodes[node.parentId] ? node.parentId : ROOT;
    const list = children[parent] ?? [];
    children[parent] = list;
    list.push(id);
  }
  for (const list of Object.values(children)) list.sort((a, b) => compareAge(nodes[a], nodes[b]));
  return children;
}

function compareAge(a: TreeNode | undefined, b: TreeNode | undefined): number {
  const byTime = (a?.createdAt ?? "").localeCompare(b?.createdAt ?? "");
  return byTime !== 0 ? byTime : (a?.id ?? "").localeCompare(b?.id ?? "");
}

/** The shown messages, root first, that end in `leafId`. */
export function pathTo(nodes: Readonly<Record<string, TreeNode>>, leafId: string | null): string[] {
  const path: string[] = [];
  const seen = new Set<string>();
  let id = leafId;
  while (id !== null && !seen.has(id)) {
    const node: TreeNode | undefined = nodes[id];
    if (!node) break;
    seen.add(id);
    path.push(id);
    id = node.parentId;
  }
  return path.reverse();
}

/** The leaf reached from `id` by always taking the newest child. */
export function newestLeafUnder(children: Children, id: string): string {
  let leaf = id;
  for (let next = children[leaf]?.at(-1); next !== undefined; next = children[leaf]?.at(-1)) leaf = next;
  return leaf;
}

/** A message and those beside it, oldest first. */
export function siblingsOf(
  nodes: Readonly<Record<string, TreeNode>>,
  children: Children,
  id: string,
): readonly string[] {
  const node = nodes[id];
  if (!node) return [id];
  const parent = node.parentId !== null && nodes[node.parentId] ? node.parentId : ROOT;
  const all = children[parent] ?? [id];
  // Roots of different unloaded parents are not siblings of each other.
  return parent === ROOT ? all.filter((other) => nodes[other]?.parentId === node.parentId) : all;
}

/** Whether `ancestorId` stands on the way from the root to `id` (or is it). */
export function isOnPath(nodes: Readonly<Record<string, TreeNode>>, ancestorId: string, id: string): boolean {
  return pathTo(nodes, id).includes(ancestorId);
}
