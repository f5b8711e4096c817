import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api, queryError } from "@/lib/api";
import type { components } from "@/lib/api/schema";
import { Button } from "@/ui/button";
import { Card, Section } from "@/ui/card";
import { Input } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { SettingsPage } from "../page";
import { ToolRow } from "./tool-row";

type Tool = components["schemas"]["Tool"];
type Category = Tool["category"];

/** The list gets a search field from this many on. */
const MANY = 12;

/** Everything that agents can do here, by what it is about; and what no longer asks. */
export function ToolsPage() {
  const { t } = useTranslation(["tools", "common"]);
  const query = $api.useQuery("get", "/api/tools");
  const error = queryError(query);
  const [filter, setFilter] = useState("");
  const tools = query.data?.items;
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = (tools ?? []).filter((tool) =>
    `${tool.displayName} ${tool.name} ${tool.description}`.toLocaleLowerCase().includes(wanted),
  );
  const allowed = (tools ?? []).filter((tool) => tool.allowed);
  return (
    <SettingsPage title={t("tools:page.title")} description={t("tools:page.description")}>
      {tools === undefined ? (
        error === null ? (
          <Delayed label={t("common:loading")}>
            <Skeleton className="h-64 rounded-lg" />
          </Delayed>
        ) : (
          <ErrorNotice
            error={error}
            action={<Button onClick={() => void query.refetch()}>{t("common:retry")}</Button>}
          />
        )
      ) : (
        <>
          {allowed.length > 0 ? (
            <Section title={t("tools:page.allowedTitle")} description={t("tools:page.allowedDescription")}>
              <ToolList tools={allowed} revocable />
            </Section>
          ) : null}
          {tools.length >= MANY ? (
            <Input
              type="search"
              aria-label={t("tools:page.search")}
              placeholder={t("tools:page.search")}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
          ) : null}
          {byCategory(shown).map(([category, items]) => (
            <Section key={category} title={t(`tools:page.categories.${category}`)}>
              <ToolList tools={items} />
            </Section>
          ))}
          {shown.length === 0 ? (
            <p className="text-fg-muted text-sm">
              {tools.length === 0 ? t("tools:page.none") : t("common:noResults")}
            </p>
          ) : null}
        </>
      )}
    </SettingsPage>
  );
}

function ToolList({ tools, revocable = false }: { tools: readonly Tool[]; revocable?: boolean }) {
  return (
    <Card>
      <ul className="divide-y divide-border">
        {tools.map((tool) => (
          <ToolRow key={tool.name} tool={tool} revocable={revocable} />
        ))}
      </ul>
    </Card>
  );
}

/** Groups in the order in which the server lists them. */
function byCategory(tools: readonly Tool[]): [Category, Tool[]][] {
  const groups = new Map<Category, Tool[]>();
  for (const tool of tools) {
    const group = groups.get(tool.category);
    if (group) group.push(tool);
    else groups.set(tool.category, [tool]);
  }
  return [...groups];
}
