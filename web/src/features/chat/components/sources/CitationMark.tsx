import { useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { MOBILE_QUERY, useMediaQuery } from "@/lib/media";
import { Drawer } from "@/ui/drawer";
import { Popover } from "@/ui/popover";
import { CitationsContext } from "./citations-context";
import { SourceView } from "./SourceView";

/** A number in an answer's text that opens the words it rests on: beside it, on phones from the lower edge. */
export function CitationMark({ index }: { index: number }) {
  const { t } = useTranslation("tools");
  const citation = useContext(CitationsContext).find((one) => one.index === index);
  const mobile = useMediaQuery(MOBILE_QUERY);
  const [open, setOpen] = useState(false);
  if (!citation) return <>[{index}]</>;
  const label = t("sources.mark", { number: index, title: citation.title });
  const title = t("sources.heading", { number: index });
  if (mobile) {
    return (
      <>
        <button
          type="button"
          aria-haspopup="dialog"
          aria-expanded={open}
          aria-label={label}
          className="md-cite"
          onClick={() => setOpen(true)}
        >
          {index}
        </button>
        <Drawer open={open} onOpenChange={setOpen} title={title} side="bottom">
          <div className="p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
            <p className="mb-3 font-medium text-fg-muted text-meta">{title}</p>
            <SourceView citation={citation} />
          </div>
        </Drawer>
      </>
    );
  }
  return (
    <Popover
      title={title}
      side="top"
      className="w-96"
      trigger={
        <button type="button" aria-label={label} className="md-cite">
          {index}
        </button>
      }
    >
      <SourceView citation={citation} />
    </Popover>
  );
}
