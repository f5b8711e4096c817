import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { queryError } from "@/lib/api";
import { Button } from "@/ui/button";
import { Card } from "@/ui/card";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

interface PagedListProps<T> {
  queryKey: readonly string[];
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;
  renderRow: (item: T) => ReactNode;
  /** When there is nothing. */
  empty?: ReactNode;
  more: string;
}

/** A list in a card that shows a page and, when asked, the next ones. */
export function PagedList<T>({ queryKey, load, renderRow, empty, more }: PagedListProps<T>) {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam ?? undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<T>) => page.nextCursor,
  });
  const error = queryError(query);
  const items = query.data?.pages.flatMap((page) => page.items);
  if (items === undefined) {
    return error === null ? (
      <Delayed label={t("loading")}>
        <Skeleton className="h-36 rounded-lg" />
      </Delayed>
    ) : (
      <ErrorNotice
        error={error}
        action={<Button onClick={() => void query.refetch()}>{t("retry")}</Button>}
      />
    );
  }
  return (
    <div className="grid gap-4">
      <Card>
        {items.length === 0 ? empty : <ul className="divide-y divide-border">{items.map(renderRow)}</ul>}
      </Card>
      {error === null ? null : <ErrorNotice error={error} />}
      {query.hasNextPage ? (
        <div>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {more}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
