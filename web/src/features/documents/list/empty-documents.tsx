import { LockKeyhole } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { PeekingBear } from "@/ui/peeking-bear";

const SHEETS = [
  { filename: "a.docx", className: "-rotate-12 translate-x-1 translate-y-1.5" },
  { filename: "b.pdf", className: "relative z-10 scale-115" },
  { filename: "c.xlsx", className: "rotate-12 translate-x-1 translate-y-1.5" },
] as const;

/** The page before the first document: what it is for, and a place to drop something. */
export function EmptyDocuments({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation("documents");
  return (
    <div className="pt-[min(9vh,5rem)]">
      <div className="mx-auto h-17 w-34 overflow-hidden">
        <PeekingBear className="w-full" />
      </div>
      <div className="flex flex-col items-center rounded-2xl border-2 border-control/45 border-dashed bg-surface px-5 pt-9 pb-8 text-center sm:px-10">
        <span aria-hidden className="mb-6 flex gap-2">
          {SHEETS.map((sheet) => (
            <span key={sheet.filename} className={sheet.className}>
              <DocumentIcon file={{ filename: sheet.filename, mimeType: "" }} className="h-13 w-10.5" />
            </span>
          ))}
        </span>
        <h2 className="font-semibold text-lg">{t("empty.title")}</h2>
        <p className="mt-2 max-w-110 text-balance text-base text-fg-muted">{t("empty.detail")}</p>
        <Button variant="primary" size="lg" className="mt-6" onClick={onChoose}>
          {t("choose")}
        </Button>
        <p className="mt-6 max-w-110 text-balance text-fg-muted text-meta">{t("empty.formats")}</p>
      </div>
      <p className="mt-4 flex items-center justify-center gap-2 text-center text-fg-muted text-meta">
        <LockKeyhole aria-hidden className="size-3.5 shrink-0" />
        {t("empty.private")}
      </p>
    </div>
  );
}
