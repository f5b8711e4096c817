/** Words used by more than one feature. */
export const common = {
  appName: "Kuma",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  saved: "Saved",
  delete: "Delete",
  remove: "Remove",
  undo: "Undo",
  retry: "Try again",
  continue: "Continue",
  back: "Back",
  loading: "Loading",
  copy: "Copy",
  copied: "Copied",
  search: "Search",
  noResults: "Nothing found",
  optional: "optional",
  requestId: "Request {{id}}",
  error: {
    network: "Kuma can't be reached",
    networkDetail:
      "The server did not answer. Check your connection, and that Kuma is running, then try again.",
    unexpected: "Something went wrong",
  },
} as const;
