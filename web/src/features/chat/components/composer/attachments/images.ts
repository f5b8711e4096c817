/** Images on their way into a message: looked at before they are sent, and kept with the draft. */
import i18next from "i18next";
import { putAttachment, refuseFile } from "./changes";
import { keepImage } from "./keep";
import { attachmentsOf, type ImageDraft } from "./store";
import type { FileTaker } from "./take";

/** What the server takes. */
const TYPES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);
const MAX_BYTES = 20 * 1024 * 1024;
const MAX_IMAGES = 10;

export const imageTaker: FileTaker = {
  wants: (file) => file.type.startsWith("image/") && file.type !== "image/svg+xml",
  take: async (threadId, file) => {
    const name = file.name === "" ? i18next.t("attachments:unnamed") : file.name;
    const outcome = await examine(threadId, file);
    if (typeof outcome === "string") {
      refuseFile(threadId, name, outcome);
      return;
    }
    const image: ImageDraft = {
      kind: "image",
      id: crypto.randomUUID(),
      name,
      file,
      preview: URL.createObjectURL(file),
      ...outcome,
      alt: "",
    };
    putAttachment(threadId, image);
    await keepImage(threadId, image);
  },
};

/** Its size in pixels, or why it cannot be sent. */
async function examine(threadId: string, file: File): Promise<{ width: number; height: number } | string> {
  const t = i18next.getFixedT(null, "attachments");
  if (!TYPES.has(file.type)) return t("wrongImage");
  if (file.size > MAX_BYTES) return t("tooLarge", { size: MAX_BYTES / 1024 / 1024 });
  const images = attachmentsOf(threadId).filter((one) => one.kind === "image");
  if (images.length >= MAX_IMAGES) return t("tooMany", { count: MAX_IMAGES });
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return t("damaged");
  }
}
