import { ChevronLeft, ChevronRight, Download } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Spinner } from "@/ui/spinner";
import type { ImageAttachment } from "../../api/types";
import { addressOf, useImageSource } from "./image-source";

interface LightboxProps {
  images: readonly ImageAttachment[];
  index: number;
  onIndex: (index: number) => void;
  onClose: () => void;
}

/** An image as large as the window lets it be, with those beside it. */
export function Lightbox({ images, index, onIndex, onClose }: LightboxProps) {
  const { t } = useTranslation("attachments");
  const image = images[index];
  const several = images.length > 1;
  useEffect(() => {
    if (!several) return;
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      const turned = document.documentElement.dir === "rtl" ? -step : step;
      if (step !== 0) onIndex((index + turned + images.length) % images.length);
    };
    // On the way down: the dialog keeps arrow keys that were pressed in it to itself.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [several, index, images.length, onIndex]);
  if (!image) return null;
  const numbered = t("imageNumbered", { number: index + 1, total: images.length });
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={image.alt ?? numbered}
      {...(several && image.alt ? { description: numbered } : {})}
      className="max-h-[calc(100dvh-1.5rem)] w-[min(76rem,calc(100vw-1.5rem))]"
    >
      <Large image={image} name={image.alt ?? numbered} />
      <div className="mt-4 flex items-center justify-center gap-2">
        {several ? (
          <IconButton
            label={t("previous")}
            onClick={() => onIndex((index - 1 + images.length) % images.length)}
          >
            <ChevronLeft aria-hidden className="rtl:-scale-x-100" />
          </IconButton>
        ) : null}
        <DownloadLink image={image} />
        {several ? (
          <IconButton label={t("next")} onClick={() => onIndex((index + 1) % images.length)}>
            <ChevronRight aria-hidden className="rtl:-scale-x-100" />
          </IconButton>
        ) : null}
      </div>
    </Dialog>
  );
}

function Large({ image, name }: { image: ImageAttachment; name: string }) {
  const { t } = useTranslation("attachments");
  const { src, failed } = useImageSource(addressOf(image, false));
  return (
    <div
      className="mx-auto grid place-items-center overflow-hidden rounded-lg bg-muted"
      style={{
        aspectRatio: `${image.width} / ${image.height}`,
        maxHeight: "calc(100dvh - 13rem)",
        maxWidth: `min(100%, ${image.width}px)`,
      }}
    >
      {failed ? (
        <p role="alert" className="p-8 text-fg-muted">
          {t("failed")}
        </p>
      ) : src === null ? (
        <Spinner />
      ) : (
        <img src={src} alt={name} className="max-h-full max-w-full object-contain" />
      )}
    </div>
  );
}

function DownloadLink({ image }: { image: ImageAttachment }) {
  const { t } = useTranslation("attachments");
  const { src } = useImageSource(addressOf(image, false));
  if (src === null) return null;
  const ending = image.mimeType === "image/png" ? "png" : "jpg";
  return (
    <a
      href={src}
      download={`image-${image.id}.${ending}`}
      className={buttonClass({ variant: "secondary", size: "sm" })}
    >
      <Download aria-hidden />
      {t("download")}
    </a>
  );
}
