import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/ui/button";
import { Input } from "@/ui/input";

/** A header or variable in the form. One that is saved keeps its value until another is typed. */
export interface Pair {
  key: number;
  name: string;
  value: string;
  saved: boolean;
}

let lastKey = 0;

export function newPair(name = "", saved = false): Pair {
  lastKey += 1;
  return { key: lastKey, name, value: "", saved };
}

/** Names and secret values, one below the other. */
export function Pairs({
  pairs,
  label,
  onChange,
}: {
  pairs: Pair[];
  label: string;
  onChange: (pairs: Pair[]) => void;
}) {
  const { t } = useTranslation("mcp");
  const change = (key: number, part: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.key === key ? { ...pair, ...part } : pair)));
  return (
    <div role="group" aria-label={label} className="grid gap-2">
      {pairs.map((pair) => (
        <div key={pair.key} className="flex items-center gap-2">
          <Input
            aria-label={`${label}: ${t("form.pairName")}`}
            placeholder={t("form.pairName")}
            autoComplete="off"
            spellCheck={false}
            readOnly={pair.saved}
            className="flex-2 font-mono"
            value={pair.name}
            onChange={(event) => change(pair.key, { name: event.target.value })}
          />
          <Input
            type="password"
            aria-label={`${label}: ${t("form.pairValue")}`}
            placeholder={pair.saved ? t("form.kept") : t("form.pairValue")}
            autoComplete="off"
            data-1p-ignore
            className="flex-3 font-mono"
            value={pair.value}
            onChange={(event) => change(pair.key, { value: event.target.value })}
          />
          <IconButton
            size="sm"
            label={t("form.removePair", { name: pair.name || t("form.pairName") })}
            tooltip={false}
            onClick={() => onChange(pairs.filter((other) => other.key !== pair.key))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button variant="ghost" size="sm" className="w-fit" onClick={() => onChange([...pairs, newPair()])}>
        <Plus aria-hidden />
        {t("form.addPair")}
      </Button>
    </div>
  );
}

/** What was typed, as the API takes it; what was saved and is gone from the form is to be removed. */
export function changes(pairs: Pair[], before: readonly string[]): Record<string, string | null> {
  const typed = pairs.filter((pair) => pair.name.trim() !== "" && (!pair.saved || pair.value !== ""));
  const gone = before.filter((name) => !pairs.some((pair) => pair.name.trim() === name));
  return Object.fromEntries([
    ...gone.map((name) => [name, null] as const),
    ...typed.map((pair) => [pair.name.trim(), pair.value] as const),
  ]);
}

/** Whether a value has no name. */
export function incomplete(pairs: Pair[]): boolean {
  return pairs.some((pair) => pair.name.trim() === "" && pair.value !== "");
}
