import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Field, useFieldControl } from "@/ui/field";
import { controlClass, Input, Textarea } from "@/ui/input";
import { changeQuestion } from "../../state/approvals";
import { type ArgumentField, type FieldError, textOf, WHOLE } from "./argument-fields";

interface ArgumentFormProps {
  fields: readonly ArgumentField[];
  original: unknown;
  texts: Readonly<Record<string, string>>;
  errors: Readonly<Record<string, FieldError>>;
  jobId: string;
  callId: string;
}

/** A call's arguments to be changed before they are approved. */
export function ArgumentForm({ fields, original, texts, errors, jobId, callId }: ArgumentFormProps) {
  const { t } = useTranslation("tools");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {fields.map((field) => {
        const error = errors[field.name];
        return (
          <Field
            key={field.name}
            label={field.name === WHOLE ? t("approval.json") : field.label}
            aside={field.required ? undefined : t("approval.optional")}
            help={helpOf(field, t("approval.perLine"), t("approval.json"))}
            error={error === undefined ? undefined : t(`approval.errors.${error}`)}
          >
            <Control
              field={field}
              value={texts[field.name] ?? textOf(field, original)}
              onChange={(value) =>
                changeQuestion(jobId, callId, { texts: { ...texts, [field.name]: value }, refusal: null })
              }
            />
          </Field>
        );
      })}
    </div>
  );
}

function helpOf(field: ArgumentField, perLine: string, json: string): string | undefined {
  const kind = field.kind === "lines" ? perLine : field.kind === "json" && field.name !== WHOLE ? json : "";
  return [field.help, kind].filter((part) => part !== "").join(" ") || undefined;
}

interface ControlProps {
  field: ArgumentField;
  value: string;
  onChange: (value: string) => void;
}

function Control({ field, value, onChange }: ControlProps) {
  const { t } = useTranslation("tools");
  switch (field.kind) {
    case "line":
      return <Input value={value} dir="auto" onChange={(event) => onChange(event.target.value)} />;
    case "number":
    case "integer":
      return (
        <Input
          value={value}
          inputMode={field.kind === "integer" ? "numeric" : "decimal"}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "text":
    case "lines":
    case "json":
      return (
        <Textarea
          value={value}
          dir="auto"
          spellCheck={field.kind !== "json"}
          className={cn("max-h-96", field.kind === "json" && "font-mono text-xs")}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "choice":
      return (
        <Choice
          options={field.choices.map((one) => ({ value: one, label: one }))}
          field={field}
          value={value}
          onChange={onChange}
        />
      );
    case "boolean":
      return (
        <Choice
          options={[
            { value: "true", label: t("approval.yes") },
            { value: "false", label: t("approval.no") },
          ]}
          field={field}
          value={value}
          onChange={onChange}
        />
      );
  }
}

/** The browser's own list: this form is seldom open, and a list of ours would weigh more than all of it. */
function Choice({
  options,
  field,
  value,
  onChange,
}: ControlProps & { options: readonly { value: string; label: string }[] }) {
  const { t } = useTranslation("tools");
  return (
    <select
      {...useFieldControl()}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={cn(controlClass, "h-10 px-3 text-base sm:text-sm touch:min-h-11")}
    >
      {field.required && value !== "" ? null : (
        <option value="">{field.required ? t("approval.choose") : t("approval.notSet")}</option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
