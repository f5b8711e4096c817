import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { isObject } from "../../approval/argument-fields";
import { hostOf, isWeb } from "../../sources/address";

/** A page that a tool found or read. */
export interface Item {
  title: string;
  url: string;
  snippet: string;
  /** Who wrote it, and when. */
  by: string;
  publishedAt: string | undefined;
}

/** More than this opens on request. */
const SHOWN = 5;

export const str = (value: unknown): string => (typeof value === "string" ? value : "");

/** Reads a list of pages out of a result; what is no page is left out. */
export function itemsOf(value: unknown): Item[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((item) => ({
    title: str(item["title"]) || str(item["url"]),
    url: str(item["url"]),
    snippet: str(item["snippet"]) || str(item["summary"]),
    by: str(item["publisher"]) || str(item["byline"]),
    publishedAt: str(item["publishedAt"]) || undefined,
  }));
}

export function ItemList({ items }: { items: readonly Item[] }) {
  const { t } = useTranslation(["tools", "common"]);
  const [all, setAll] = useState(false);
  if (items.length === 0) return <p className="text-fg-muted text-sm">{t("common:noResults")}</p>;
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-2.5 text-sm">
        {shown.map((item) => (
          <li key={item.url + item.title} className="min-w-0">
            <p className="flex min-w-0 items-baseline gap-2">
              {isWeb(item.url) ? (
                <a
                  href={item.url}
                  target="_blank"
                  rel="noopener noreferrer nofollow"
                  className="truncate font-medium underline decoration-border underline-offset-3 hover:decoration-current"
                >
                  {item.title}
                </a>
              ) : (
                <span className="truncate font-medium">{item.title}</span>
              )}
              <span className="shrink-0 text-fg-muted text-meta">{item.by || hostOf(item.url)}</span>
            </p>
            {item.snippet === "" ? null : (
              <p className="wrap-anywhere line-clamp-2 text-fg-muted text-meta">{item.snippet}</p>
            )}
          </li>
        ))}
      </ul>
      {shown.length < items.length ? (
        <Button variant="link" size="sm" className="mt-2" onClick={() => setAll(true)}>
          {t("tools:search.more", { count: items.length - shown.length })}
        </Button>
      ) : null}
    </>
  );
}
