import { useEffect } from "react";

/** The browser tab's title while this page shows: "Settings · Kuma". */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title.includes("Kuma") ? title : `${title} · Kuma`;
  }, [title]);
}
