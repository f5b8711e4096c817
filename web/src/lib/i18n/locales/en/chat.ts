/** Owned by features/chat. */
export const chat = {
  newChat: "New chat",
} as const;
