/** Owned by src/markdown. */
export const markdown = {
  copied: "Copied",
  copyFailed: "The browser did not allow copying",
  code: {
    plain: "Text",
    copy: "Copy code",
    wrap: "Wrap long lines",
    unwrap: "Don't wrap lines",
    region: "Code: {{language}}",
  },
  table: {
    copy: "Copy table as CSV",
    region: "Table",
  },
  diagram: {
    label: "Diagram",
    showSource: "Show source",
    showDrawing: "Show diagram",
    copy: "Copy diagram source",
    failed: "This diagram could not be drawn, so here is its source.",
    refused:
      "This diagram has pictures or menus that lead elsewhere. They are not loaded, because others would learn that you read this; so here is its source.",
  },
  footnote: {
    title: "Footnotes",
    reference: "Footnote {{number}}",
  },
  image: {
    link: "Image on {{host}}, not loaded",
  },
  task: {
    done: "Done",
    open: "To do",
  },
} as const;
