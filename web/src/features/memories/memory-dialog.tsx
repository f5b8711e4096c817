import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toApiError } from "@/lib/api/errors";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { Textarea } from "@/ui/input";
import { createMemory, editMemory, type Memory, refreshMemories } from "./api";

const LONGEST = 1_000;

interface MemoryDialogProps {
  /** The one to be changed; null for a new one. */
  memory: Memory | null;
  open: boolean;
  onClose: () => void;
}

/** Writes a memory down, or puts one right. */
export function MemoryDialog({ memory, open, onClose }: MemoryDialogProps) {
  const { t } = useTranslation(["memories", "common"]);
  const client = useQueryClient();
  const field = useRef<HTMLTextAreaElement>(null);
  const [content, setContent] = useState(memory?.content ?? "");
  const [error, setError] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (content.trim() === "") {
      setError(t("dialog.empty"));
      field.current?.focus();
      return;
    }
    setSaving(true);
    try {
      await (memory === null ? createMemory(content) : editMemory(memory.id, content));
      setContent("");
      setError(null);
      onClose();
    } catch (failure) {
      const problem = toApiError(failure);
      setError(problem.errors["content"]?.[0] ?? problem.detail);
    } finally {
      setSaving(false);
      refreshMemories(client);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={memory === null ? t("dialog.add") : t("dialog.edit")}
      initialFocus={field}
      footer={
        <>
          <Button onClick={onClose}>{t("common:cancel")}</Button>
          <Button variant="primary" type="submit" form="memory" loading={saving}>
            {t("common:save")}
          </Button>
        </>
      }
    >
      <form id="memory" onSubmit={(event) => void save(event)}>
        <Field label={t("dialog.label")} help={t("dialog.help")} error={error}>
          <Textarea
            ref={field}
            dir="auto"
            rows={3}
            maxLength={LONGEST}
            value={content}
            onChange={(event) => setContent(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing)
                void save(event);
            }}
          />
        </Field>
      </form>
    </Dialog>
  );
}
