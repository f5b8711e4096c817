import { useTranslation } from "react-i18next";
import { BearMark } from "@/ui/logo";
import { Delayed } from "@/ui/skeleton";

/** While the first page's code is on its way. */
export function PageFallback() {
  const { t } = useTranslation();
  return (
    <div className="grid min-h-dvh place-items-center">
      <Delayed label={t("loading")}>
        <BearMark className="size-10 animate-breathe" />
      </Delayed>
    </div>
  );
}
