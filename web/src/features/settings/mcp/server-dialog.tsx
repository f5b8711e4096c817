import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, api, type McpServer, toApiError } from "@/lib/api";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { Segmented } from "@/ui/segmented";
import { Switch } from "@/ui/switch";
import { toast } from "@/ui/toast";
import { changes, incomplete, newPair, type Pair, Pairs } from "./pairs";
import { rememberServer } from "./queries";

interface Draft {
  name: string;
  transport: "http" | "stdio";
  url: string;
  command: string;
  args: string;
  pairs: Pair[];
  everyone: boolean;
}

type Errors = Partial<Record<"name" | "url" | "command" | "args" | "headers" | "env", string>>;
const FIELDS = ["name", "url", "command", "args", "headers", "env"] as const;

function draftOf(server: McpServer | undefined): Draft {
  const saved = server === undefined ? [] : server.transport === "http" ? server.headers : server.env;
  return {
    name: server?.name ?? "",
    transport: server?.transport ?? "http",
    url: server?.url ?? "",
    command: server?.command ?? "",
    args: (server?.args ?? []).join("\n"),
    pairs: saved.map((name) => newPair(name, true)),
    everyone: server?.scope === "global",
  };
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** Adds a server, or changes where it is. What it offers and who gets it is set in its card. */
export function ServerDialog({
  server,
  admin,
  onClose,
}: {
  server: McpServer | undefined;
  admin: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation(["mcp", "common"]);
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(server));
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const isHttp = draft.transport === "http";

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = check(draft, {
      name: t("mcp:form.rules.name"),
      url: t("mcp:form.rules.url"),
      command: t("mcp:form.rules.command"),
      pair: t("mcp:form.rules.pair"),
    });
    setErrors(found);
    setFailure(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const saved = await save(server, draft);
      if (saved === undefined) return;
      rememberServer(client, saved);
      onClose();
      if (server !== undefined) toast.success(t("mcp:saved"));
      else if (saved.status === "needs_auth") toast(t("mcp:form.addedLogin", { name: saved.name }));
      else if (saved.status === "error") toast.error(t("mcp:form.addedError", { name: saved.name }));
      else toast.success(t("mcp:form.added", { name: saved.name, count: saved.tools.length }));
    } catch (error) {
      const problem = toApiError(error);
      const placed: Errors = {};
      for (const field of FIELDS) {
        const messages = problem.errors[field];
        if (messages !== undefined) placed[field] = messages.join(" ");
      }
      setErrors(placed);
      const all = Object.keys(problem.errors).length;
      setFailure(all > 0 && all === Object.keys(placed).length ? null : problem);
    } finally {
      setBusy(false);
    }
  };

  const secrets = isHttp ? "headers" : "env";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={server === undefined ? t("mcp:form.addTitle") : t("mcp:form.editTitle", { name: server.name })}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
        {failure === null ? null : <ErrorNotice error={failure} />}
        <Field
          label={t("mcp:form.name")}
          help={server === undefined ? t("mcp:form.nameHelp") : t("mcp:form.nameEditHelp")}
          error={errors.name}
        >
          <Input
            autoComplete="off"
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        {admin && server === undefined ? (
          <Field label={t("mcp:form.transport")}>
            <Segmented
              value={draft.transport}
              onChange={(transport) => set({ transport, pairs: [] })}
              options={(["http", "stdio"] as const).map((value) => ({
                value,
                label: t(`mcp:form.transports.${value}`),
              }))}
            />
          </Field>
        ) : null}
        {isHttp ? (
          <Field
            label={t("mcp:form.url")}
            help={server === undefined ? t("mcp:form.urlHelp") : t("mcp:form.urlMoved")}
            error={errors.url}
          >
            <Input
              type="url"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder="https://mcp.example.com/mcp"
              className="font-mono"
              value={draft.url}
              onChange={(event) => set({ url: event.target.value })}
            />
          </Field>
        ) : (
          <>
            <Field label={t("mcp:form.command")} help={t("mcp:form.commandHelp")} error={errors.command}>
              <Input
                autoComplete="off"
                spellCheck={false}
                placeholder="npx"
                className="font-mono"
                value={draft.command}
                onChange={(event) => set({ command: event.target.value })}
              />
            </Field>
            <Field
              label={t("mcp:form.args")}
              aside={t("common:optional")}
              help={t("mcp:form.argsHelp")}
              error={errors.args}
            >
              <Textarea
                spellCheck={false}
                className="font-mono"
                value={draft.args}
                onChange={(event) => set({ args: event.target.value })}
              />
            </Field>
          </>
        )}
        <div className="grid gap-1.5">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <p className="font-medium text-sm">{t(`mcp:form.${secrets}`)}</p>
            <span className="text-fg-subtle text-meta">{t("common:optional")}</span>
          </div>
          <Pairs label={t(`mcp:form.${secrets}`)} pairs={draft.pairs} onChange={(pairs) => set({ pairs })} />
          {errors[secrets] === undefined ? null : (
            <p role="alert" className="text-danger text-meta">
              {errors[secrets]}
            </p>
          )}
          <p className="text-fg-muted text-meta">{t(`mcp:form.${secrets}Help`)}</p>
        </div>
        {admin && server === undefined ? (
          <Switch
            checked={draft.everyone}
            onChange={(everyone) => set({ everyone })}
            label={t("mcp:form.everyone")}
            help={t("mcp:form.everyoneHelp")}
          />
        ) : null}
        <div className="flex flex-wrap items-center justify-end gap-2 pt-1">
          <p role="status" className="me-auto text-fg-muted text-meta">
            {busy ? t("mcp:form.connecting") : ""}
          </p>
          <Button variant="ghost" onClick={onClose} disabled={busy}>
            {t("common:cancel")}
          </Button>
          <Button type="submit" variant="primary" loading={busy}>
            {server === undefined ? t("mcp:form.submit") : t("mcp:form.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function check(draft: Draft, words: { name: string; url: string; command: string; pair: string }): Errors {
  const found: Errors = {};
  if (draft.name.trim() === "") found.name = words.name;
  if (draft.transport === "http" && !/^https?:\/\/[^\s/]+/.test(draft.url.trim())) found.url = words.url;
  if (draft.transport === "stdio" && draft.command.trim() === "") found.command = words.command;
  if (incomplete(draft.pairs)) found[draft.transport === "http" ? "headers" : "env"] = words.pair;
  return found;
}

async function save(server: McpServer | undefined, draft: Draft): Promise<McpServer | undefined> {
  const isHttp = draft.transport === "http";
  const before = server === undefined ? [] : isHttp ? server.headers : server.env;
  const pairs = changes(draft.pairs, before);
  const place = isHttp
    ? { url: draft.url.trim() }
    : { command: draft.command.trim(), args: lines(draft.args) };
  if (server !== undefined) {
    const { data } = await api.PATCH("/api/mcp/servers/{id}", {
      params: { path: { id: server.id } },
      body: { name: draft.name.trim(), ...place, ...(isHttp ? { headers: pairs } : { env: pairs }) },
    });
    return data?.server as McpServer | undefined;
  }
  const given = Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, value ?? ""]));
  const { data } = await api.POST("/api/mcp/servers", {
    body: {
      name: draft.name.trim(),
      transport: draft.transport,
      scope: draft.everyone ? "global" : "user",
      ...place,
      ...(isHttp ? { headers: given } : { env: given }),
    },
  });
  return data?.server as McpServer | undefined;
}
