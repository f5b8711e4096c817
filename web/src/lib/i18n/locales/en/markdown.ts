/** Owned by src/markdown. */
export const markdown = {
  copy: "Copy",
} as const;
