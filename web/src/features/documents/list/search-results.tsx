import { useQuery } from "@tanstack/react-query";
import { FileSearch } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { queryError } from "@/lib/api";
import { searchDocuments } from "@/lib/documents/api";
import { useDocumentList } from "@/lib/documents/queries";
import { snippet } from "@/lib/documents/snippet";
import type { DocumentRecord, FoundPassage } from "@/lib/documents/types";
import { Button } from "@/ui/button";
import { DocumentIcon } from "@/ui/document-icon";
import { EmptyState } from "@/ui/empty-state";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { type PlaceState, targetSearch } from "../view/target";
import { DocumentRow } from "./document-row";

const LIMIT = 30;
const FROM_LIST: PlaceState = { fromList: true };
const MOST_NAMES = 3;

interface Group {
  documentId: string;
  displayName: string;
  passages: FoundPassage[];
}

interface SearchResultsProps {
  query: string;
  hidden: ReadonlySet<string>;
}

/** What is found for the query: documents by their names, then passages, each leading to its place. */
export function SearchResults({ query, hidden }: SearchResultsProps) {
  const { t } = useTranslation(["documents", "common"]);
  const search = useQuery({
    queryKey: ["documents", "search", query],
    queryFn: ({ signal }) => searchDocuments(query, { limit: LIMIT }, signal),
    placeholderData: (before) => before,
  });
  const list = useDocumentList();
  const byName = useDocumentList(query);
  const known = useMemo(() => {
    const all = [...(list.data?.pages ?? []), ...(byName.data?.pages ?? [])].flatMap((page) => page.items);
    return new Map(all.map((document) => [document.id, document]));
  }, [list.data, byName.data]);
  const names = byName.isPlaceholderData
    ? []
    : (byName.data?.pages[0]?.items ?? [])
        .filter((document) => !hidden.has(document.id))
        .slice(0, MOST_NAMES);
  const groups = useMemo(
    () => groupByDocument((search.data?.items ?? []).filter((passage) => !hidden.has(passage.documentId))),
    [search.data, hidden],
  );
  const passages = groups.reduce((sum, group) => sum + group.passages.length, 0);
  const error = queryError(search);
  if (error !== null)
    return (
      <ErrorNotice
        error={error}
        action={
          <Button size="sm" onClick={() => void search.refetch()}>
            {t("common:retry")}
          </Button>
        }
      />
    );
  if (search.isPending) return <ResultsSkeleton />;
  // What the search could not do matters most when nothing was found.
  const notice = search.data?.notice ? (
    <Notice className="mb-3 text-meta">{search.data.notice}</Notice>
  ) : null;
  if (passages === 0 && names.length === 0)
    return (
      <>
        {notice}
        <EmptyState
          icon={<FileSearch />}
          title={t("documents:search.none", { query })}
          description={t("documents:search.noneDetail")}
        />
      </>
    );
  return (
    <div className={search.isPlaceholderData ? "opacity-60 transition-opacity duration-160" : ""}>
      {passages === 0 ? notice : null}
      {names.length === 0 ? null : (
        <section className="mb-7" aria-label={t("documents:search.names")}>
          <h2 className="mb-2 px-1 font-medium text-fg-muted text-meta">{t("documents:search.names")}</h2>
          <ul className="divide-y divide-border overflow-hidden rounded-lg border border-border bg-surface">
            {names.map((document) => (
              <DocumentRow key={document.id} document={document} />
            ))}
          </ul>
        </section>
      )}
      {passages === 0 ? null : (
        <section aria-labelledby="found-passages">
          <h2
            id="found-passages"
            aria-live="polite"
            className="mb-2 px-1 font-medium text-fg-muted text-meta"
          >
            {t("documents:search.found", { count: passages })}{" "}
            {t("documents:search.foundIn", { count: groups.length })}
          </h2>
          {notice}
          <ul className="grid gap-3">
            {groups.map((group) => (
              <FoundDocument
                key={group.documentId}
                group={group}
                document={known.get(group.documentId)}
                query={query}
              />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function FoundDocument({
  group,
  document,
  query,
}: {
  group: Group;
  document: DocumentRecord | undefined;
  query: string;
}) {
  const { t } = useTranslation("documents");
  const file = document ?? { filename: group.displayName, mimeType: "" };
  return (
    <li className="overflow-hidden rounded-lg border border-border bg-surface">
      <div className="flex items-center gap-3 px-4 pt-3 pb-1.5">
        <DocumentIcon file={file} size="sm" />
        <h3 className="min-w-0 truncate font-medium text-sm">
          <Link to={`/documents/${group.documentId}`} state={FROM_LIST} className="hover:underline">
            {group.displayName}
          </Link>
        </h3>
      </div>
      <ul className="pb-1.5">
        {group.passages.map((passage) => {
          const found = passage.matches.map(([from, to]) => passage.text.slice(from, to));
          const { segments, quote } = snippet(passage.text, query, found);
          return (
            <li key={`${passage.page}-${passage.text.slice(0, 80)}`}>
              <Link
                to={`/documents/${passage.documentId}${targetSearch(passage.page, quote)}`}
                state={{ fromList: true, places: passage.places } satisfies PlaceState}
                className="flex gap-3 px-4 py-2 transition-colors duration-120 hover:bg-hover/60 focus-visible:-outline-offset-2"
              >
                <span className="w-6 shrink-0 pt-px text-center text-fg-subtle text-xs tabular-nums leading-5.5">
                  {passage.page ?? ""}
                </span>
                <span dir="auto" className="line-clamp-4 min-w-0 flex-1 wrap-anywhere text-fg-muted text-sm">
                  {passage.page === null ? null : (
                    <span className="sr-only">{t("search.page", { page: passage.page })}: </span>
                  )}
                  {passage.headings.length === 0 ? null : (
                    <span className="mb-0.5 block text-fg-subtle text-xs">
                      {passage.headings.join(" › ")}
                    </span>
                  )}
                  {segments.map((segment, index) =>
                    segment.marked ? (
                      // biome-ignore lint/suspicious/noArrayIndexKey: made anew from the text each time
                      <mark key={index} className="rounded-xs bg-honey/30 px-px text-fg">
                        {segment.text}
                      </mark>
                    ) : (
                      segment.text
                    ),
                  )}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </li>
  );
}

/** Documents in the order of their best passage, passages in the order they were found. */
function groupByDocument(passages: readonly FoundPassage[]): Group[] {
  const groups = new Map<string, Group>();
  for (const passage of passages) {
    const { documentId, displayName } = passage;
    const group = groups.get(documentId) ?? { documentId, displayName, passages: [] };
    group.passages.push(passage);
    groups.set(documentId, group);
  }
  return [...groups.values()];
}

function ResultsSkeleton() {
  const { t } = useTranslation("documents");
  return (
    <Delayed label={t("search.working")}>
      <div className="grid gap-3">
        {[0, 1, 2].map((item) => (
          <div key={item} className="grid gap-2.5 rounded-lg border border-border bg-surface p-4">
            <Skeleton className="h-4 w-52" />
            <Skeleton className="h-4 w-full" />
            <Skeleton className="h-4 w-[72%]" />
          </div>
        ))}
      </div>
    </Delayed>
  );
}
