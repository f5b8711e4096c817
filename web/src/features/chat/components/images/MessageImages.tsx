import { ImageOff } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import type { ImageAttachment } from "../../api/types";
import { addressOf, useImageSource } from "./image-source";

const Lightbox = lazy(async () => ({ default: (await import("./Lightbox")).Lightbox }));

/** The longest edge of an image alone, and of one among several. */
const ALONE_PX = 320;
const TILE_PX = 152;

/** The images of a message, small; each opens large. Their room is kept before they are there. */
export function MessageImages({ images }: { images: readonly ImageAttachment[] }) {
  const { t } = useTranslation("attachments");
  const [opened, setOpened] = useState<number | null>(null);
  const alone = images.length === 1;
  return (
    <>
      <ul aria-label={t("images")} className="mb-2 flex max-w-[85%] flex-wrap justify-end gap-2">
        {images.map((image, index) => (
          <li key={image.id}>
            <Thumbnail
              image={image}
              name={image.alt ?? t("imageNumbered", { number: index + 1, total: images.length })}
              alone={alone}
              onOpen={() => setOpened(index)}
            />
          </li>
        ))}
      </ul>
      {opened === null ? null : (
        <Suspense>
          <Lightbox images={images} index={opened} onIndex={setOpened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </>
  );
}

interface ThumbnailProps {
  image: ImageAttachment;
  name: string;
  alone: boolean;
  onOpen: () => void;
}

function Thumbnail({ image, name, alone, onOpen }: ThumbnailProps) {
  const { t } = useTranslation("attachments");
  const { src, failed, retry } = useImageSource(addressOf(image, true));
  const scale = Math.min(1, ALONE_PX / Math.max(image.width, image.height, 1));
  const size = alone
    ? {
        width: Math.max(48, Math.round(image.width * scale)),
        aspectRatio: `${image.width} / ${image.height}`,
      }
    : { width: TILE_PX, height: TILE_PX };
  if (failed) {
    return (
      <div
        role="alert"
        style={{ minWidth: TILE_PX, minHeight: 96 }}
        className="grid place-items-center gap-1 rounded-xl border border-border bg-muted p-3 text-center text-fg-muted text-meta"
      >
        <ImageOff aria-hidden className="size-5" />
        {t("failed")}
        <Button variant="link" size="sm" onClick={retry}>
          {t("retry")}
        </Button>
      </div>
    );
  }
  return (
    <button
      type="button"
      aria-label={t("open", { name })}
      onClick={onOpen}
      style={{ ...size, maxWidth: "100%" }}
      className="block cursor-zoom-in overflow-hidden rounded-xl border border-border bg-muted"
    >
      {src === null ? null : (
        <img
          src={src}
          alt={image.alt ?? ""}
          width={image.width}
          height={image.height}
          className="size-full animate-appear object-cover"
        />
      )}
    </button>
  );
}
