import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { queryError } from "@/lib/api";
import { documentFile } from "@/lib/documents/api";
import type { DocumentRecord } from "@/lib/documents/types";
import { ErrorNotice } from "@/ui/notice";
import { Spinner } from "@/ui/spinner";

/** A picture as it was uploaded. */
export function ImageView({ document }: { document: DocumentRecord }) {
  const { t } = useTranslation("documents");
  const file = useQuery({
    queryKey: ["documents", "file", document.id],
    queryFn: async ({ signal }) => (await documentFile(document.id, undefined, signal)).blob(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const url = useObjectUrl(file.data);
  const error = queryError(file);
  if (error !== null) return <ErrorNotice error={error} className="m-6" />;
  if (url === null)
    return (
      <div className="grid h-60 place-items-center text-fg-muted">
        <Spinner label={t("view.loading")} />
      </div>
    );
  return (
    <img
      src={url}
      alt={t("view.imageAlt", { name: document.displayName })}
      className="mx-auto max-h-[70vh] w-auto rounded-md border border-border bg-white object-contain shadow-sm"
    />
  );
}

function useObjectUrl(blob: Blob | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (blob === undefined) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return url;
}
