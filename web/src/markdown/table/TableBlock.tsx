import { Sheet } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../CopyButton";
import { tableRows, toCsv } from "./csv";

/** A table that scrolls sideways inside itself and can be taken along as CSV. */
export function TableBlock({ children }: { children?: ReactNode }) {
  const { t } = useTranslation("markdown");
  const table = useRef<HTMLTableElement>(null);
  return (
    <div className="md-table">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="md-table-scroll" tabIndex={0} role="group" aria-label={t("table.region")}>
        <table ref={table}>{children}</table>
      </div>
      <div className="md-table-tools">
        <CopyButton
          label={t("table.copy")}
          icon={<Sheet aria-hidden />}
          text={() => (table.current ? toCsv(tableRows(table.current)) : "")}
        />
      </div>
    </div>
  );
}
