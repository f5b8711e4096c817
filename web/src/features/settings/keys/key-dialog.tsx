import { Check, Copy } from "lucide-react";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ApiError, api, type KeyScope, toApiError } from "@/lib/api";
import { copyText } from "@/markdown/copy";
import { Button } from "@/ui/button";
import { Checkbox } from "@/ui/checkbox";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Input, Textarea } from "@/ui/input";
import { ErrorNotice, Notice } from "@/ui/notice";
import { Select } from "@/ui/select";

interface KeyDialogProps {
  onMade: () => Promise<void>;
  onClose: () => void;
}

/** Asks what the key is for, makes it, and shows it this once. */
export function KeyDialog({ onMade, onClose }: KeyDialogProps) {
  const { t } = useTranslation("keys");
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Dialog
      open
      // A key that was made is only let go of with the button: it can't be shown again.
      dismissible={made === null}
      onOpenChange={(open) => !open && onClose()}
      title={made === null ? t("make.title") : t("made.title")}
    >
      {made === null ? (
        <MakeForm
          onCancel={onClose}
          onMade={(next) => {
            setMade(next);
            void onMade();
          }}
        />
      ) : (
        <MadeKey made={made} onDone={onClose} />
      )}
    </Dialog>
  );
}

interface Made {
  key: string;
  scopes: readonly string[];
}

const EXPIRIES = { never: null, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof EXPIRIES;

const DAY_MS = 86_400_000;

function MakeForm({ onMade, onCancel }: { onMade: (made: Made) => void; onCancel: () => void }) {
  const { t } = useTranslation(["keys", "common"]);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<KeyScope[]>(["full"]);
  const [expiry, setExpiry] = useState<Expiry>("never");
  const [wrong, setWrong] = useState<{ name?: string; scopes?: string }>({});
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => nameField.current?.focus(), []);

  // Everything and a part of it would be everything.
  const toggle = (scope: KeyScope, on: boolean) =>
    setScopes((before) => {
      if (!on) return before.filter((one) => one !== scope);
      return scope === "full" ? ["full"] : [...before.filter((one) => one !== "full"), scope];
    });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(null);
    const flaws = {
      ...(name.trim() === "" ? { name: t("keys:make.nameMissing") } : {}),
      ...(scopes.length === 0 ? { scopes: t("keys:make.scopeMissing") } : {}),
    };
    setWrong(flaws);
    if (flaws.name !== undefined) nameField.current?.focus();
    if (Object.keys(flaws).length > 0) return;
    const days = EXPIRIES[expiry];
    setBusy(true);
    try {
      const { data } = await api.POST("/api/keys", {
        body: {
          name: name.trim(),
          scopes,
          ...(days === null ? {} : { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() }),
        },
      });
      if (data !== undefined) onMade({ key: data.key, scopes: data.apiKey.scopes });
    } catch (error) {
      const problem = toApiError(error);
      const flaw = problem.errors["name"]?.join(" ");
      if (flaw === undefined) setFailure(problem);
      else setWrong({ name: flaw });
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-6">
      {failure === null ? null : <ErrorNotice error={failure} />}
      <Field label={t("keys:make.name")} help={t("keys:make.nameHelp")} error={wrong.name}>
        <Input
          ref={nameField}
          value={name}
          maxLength={80}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Scopes scopes={scopes} toggle={toggle} error={wrong.scopes} />
      <Field label={t("keys:make.expiry")}>
        <Select
          value={expiry}
          onChange={setExpiry}
          options={(Object.keys(EXPIRIES) as Expiry[]).map((value) => ({
            value,
            label: t(`keys:make.expiries.${value}`),
          }))}
        />
      </Field>
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" onClick={onCancel} disabled={busy}>
          {t("common:cancel")}
        </Button>
        <Button type="submit" variant="primary" loading={busy}>
          {t("keys:make.submit")}
        </Button>
      </div>
    </form>
  );
}

function Scopes(props: {
  scopes: readonly KeyScope[];
  toggle: (scope: KeyScope, on: boolean) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation("keys");
  const id = useId();
  return (
    <fieldset
      className="grid gap-3"
      {...(props.error === undefined ? {} : { "aria-describedby": `${id}-error` })}
    >
      <legend className="mb-2 font-medium text-sm">{t("make.scope")}</legend>
      {(["full", "chat", "mcp"] as const).map((scope) => (
        <Checkbox
          key={scope}
          checked={props.scopes.includes(scope)}
          onChange={(on) => props.toggle(scope, on)}
          label={
            <>
              <span className="font-medium">{t(`scopes.${scope}.name`)}</span>
              <span className="block text-fg-muted text-meta">{t(`scopes.${scope}.hint`)}</span>
            </>
          }
        />
      ))}
      {props.error === undefined ? null : (
        <p id={`${id}-error`} role="alert" className="text-danger text-meta">
          {props.error}
        </p>
      )}
    </fieldset>
  );
}

function MadeKey({ made, onDone }: { made: Made; onDone: () => void }) {
  const { t } = useTranslation("keys");
  const field = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const copy = () => {
    copyText(made.key).then(
      () => setCopied("yes"),
      () => {
        setCopied("failed");
        field.current?.select();
      },
    );
  };
  const covers = (scope: string) => made.scopes.includes(scope) || made.scopes.includes("full");
  return (
    <div className="grid gap-5">
      <Notice tone="warn">{t("made.warning")}</Notice>
      <Field label={t("made.key")}>
        <Textarea
          ref={field}
          readOnly
          rows={2}
          value={made.key}
          className="min-h-0 resize-none break-all font-mono"
          onFocus={(event) => event.target.select()}
        />
      </Field>
      <dl className="grid gap-3 text-meta">
        {covers("chat") ? <Address label={t("made.chat")} value={`${location.origin}/v1`} /> : null}
        {covers("mcp") ? <Address label={t("made.mcp")} value={`${location.origin}/mcp`} /> : null}
      </dl>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span role="status" className="me-auto text-fg-muted text-meta">
          {copied === "failed" ? t("made.copyFailed") : ""}
        </span>
        <Button variant="primary" onClick={copy}>
          {copied === "yes" ? <Check aria-hidden /> : <Copy aria-hidden />}
          {copied === "yes" ? t("made.copied") : t("made.copy")}
        </Button>
        <Button onClick={onDone}>{t("made.done")}</Button>
      </div>
    </div>
  );
}

function Address({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt className="text-fg-muted">{label}</dt>
      <dd className="font-mono wrap-anywhere">{value}</dd>
    </div>
  );
}
