import { useTranslation } from "react-i18next";
import { formatBytes } from "@/lib/bytes";
import { useDocumentStorage } from "@/lib/documents/queries";
import { startUploads } from "@/lib/documents/uploads";

/** Starts uploads into the library; what is too large is refused before it is sent. */
export function useLibraryUpload(): (files: readonly File[]) => void {
  const { t, i18n } = useTranslation("documents");
  const limit = useDocumentStorage().data?.maxFileBytes;
  return (files) => {
    startUploads(files, {
      place: "library",
      ...(limit === undefined
        ? {}
        : {
            limit: {
              bytes: limit,
              failure: (file) => ({
                code: "too_large",
                title: t("uploads.tooLarge"),
                detail: t("uploads.tooLargeDetail", {
                  size: formatBytes(file.size, i18n.language),
                  limit: formatBytes(limit, i18n.language),
                }),
              }),
            },
          }),
    });
  };
}
