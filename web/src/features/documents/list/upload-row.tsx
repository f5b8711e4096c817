import { RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatBytes } from "@/lib/bytes";
import { canRetryUpload, removeUpload, retryUpload, type Upload } from "@/lib/documents/uploads";
import { Button, IconButton } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { Progress } from "@/ui/progress";

/** A file on its way to the server. */
export function UploadRow({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation(["documents", "common"]);
  const failed = upload.state === "failed";
  const percent = upload.size === 0 ? 100 : Math.floor((upload.sent / upload.size) * 100);
  const state =
    upload.state === "waiting" ? t("documents:uploads.waiting") : t("documents:uploads.sending", { percent });
  return (
    <li className="flex min-h-18 items-center gap-4 px-4 py-3">
      <span className="opacity-60">
        <DocumentIcon file={{ filename: upload.name, mimeType: upload.mimeType }} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-sm">{upload.name}</p>
        {failed ? (
          <p role="alert" className="text-meta">
            <span className="font-medium text-danger">{upload.failure?.title}</span>{" "}
            <span className="text-fg-muted">{upload.failure?.detail}</span>
          </p>
        ) : (
          <div className="mt-1 flex items-center gap-3">
            <Progress
              value={upload.state === "waiting" ? 0 : percent / 100}
              label={t("documents:uploads.progress", { name: upload.name })}
              className="max-w-60"
            />
            <span className="shrink-0 text-fg-muted text-xs tabular-nums">
              {state}
              <span className="max-sm:hidden"> · {formatBytes(upload.size, i18n.language)}</span>
            </span>
          </div>
        )}
      </div>
      {failed && canRetryUpload(upload.id) ? (
        <Button size="sm" variant="ghost" onClick={() => retryUpload(upload.id)}>
          <RotateCw aria-hidden />
          {t("common:retry")}
        </Button>
      ) : null}
      <IconButton
        label={t(failed ? "documents:uploads.dismiss" : "documents:uploads.cancel", { name: upload.name })}
        size="sm"
        onClick={() => removeUpload(upload.id)}
      >
        <X aria-hidden />
      </IconButton>
    </li>
  );
}
