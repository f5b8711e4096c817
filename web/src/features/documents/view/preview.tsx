import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { kindOf } from "@/lib/documents/kinds";
import type { DocumentRecord } from "@/lib/documents/types";
import { Spinner } from "@/ui/spinner";
import { ImageView } from "./image-view";
import type { Target } from "./target";
import { TextView } from "./text-view";

/** pdf.js is as large as the rest of the app: it comes with the first PDF. */
const PdfView = lazy(() => import("../pdf/pdf-view"));

/** What browsers can show of the pictures that Kuma reads. */
const DRAWABLE = /^image\/(png|jpeg|webp|gif)$/;

interface PreviewProps {
  document: DocumentRecord;
  target: Target | null;
}

/** A document to look at: PDFs and pictures as they are, everything else as the text that was read out of it. */
export function Preview({ document, target }: PreviewProps) {
  const { t } = useTranslation("documents");
  const kind = kindOf(document);
  if (kind === "pdf")
    return (
      <Suspense
        fallback={
          <div className="grid size-full place-items-center text-fg-muted">
            <Spinner className="size-6" label={t("pdf.opening")} />
          </div>
        }
      >
        <PdfView document={document} target={target} />
      </Suspense>
    );
  if (kind === "image" && DRAWABLE.test(document.mimeType))
    return <Picture document={document} target={target} />;
  return document.status === "ready" ? (
    <div className="absolute inset-0 bg-bg">
      <TextView document={document} target={target} />
    </div>
  ) : null;
}

function Picture({ document, target }: PreviewProps) {
  const { t } = useTranslation("documents");
  if (document.status !== "ready")
    return (
      <div className="absolute inset-0 overflow-y-auto p-4 sm:p-6">
        <ImageView document={document} />
      </div>
    );
  return (
    <div className="grid size-full grid-rows-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="overflow-auto p-4 sm:p-6">
        <ImageView document={document} />
      </div>
      <section aria-label={t("view.imageText")} className="relative min-h-0 border-border border-t bg-bg">
        <TextView document={document} target={target} />
      </section>
    </div>
  );
}
