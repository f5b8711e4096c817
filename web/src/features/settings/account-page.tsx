import { useState } from "react";
import { useForm } from "react-hook-form";
import { Trans, useTranslation } from "react-i18next";
import { type ApiError, api } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { session } from "@/lib/session";
import { AlertDialog } from "@/ui/alert-dialog";
import { Button } from "@/ui/button";
import { Section } from "@/ui/card";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { toast } from "@/ui/toast";
import { SettingsPage } from "./page";

export function AccountPage() {
  const { t } = useTranslation("settings");
  const [open, setOpen] = useState(false);
  return (
    <SettingsPage title={t("tabs.account")}>
      <Section title={t("account.deleteTitle")} description={t("account.deleteDescription")}>
        <div>
          <Button className="text-danger" onClick={() => setOpen(true)}>
            {t("account.deleteButton")}
          </Button>
        </div>
      </Section>
      {open ? <DeleteDialog onClose={() => setOpen(false)} /> : null}
    </SettingsPage>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [failure, setFailure] = useState<ApiError | null>(null);
  const form = useForm({ defaultValues: { phrase: "", password: "" } });
  const { errors, isSubmitting } = form.formState;
  const phrase = t("account.phrase");
  const [typed, password] = form.watch(["phrase", "password"]);
  const confirmed = typed.trim().toLocaleLowerCase() === phrase.toLocaleLowerCase() && password !== "";

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      await api.DELETE("/api/auth/me", { body: { password: values.password } });
      // Without a session the shell leads to the sign-in page.
      session.signOut();
      toast.success(t("account.done"));
    } catch (error) {
      setFailure(placeErrors<{ phrase: string; password: string }>(error, ["password"], form.setError));
    }
  });

  return (
    <AlertDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("account.confirmTitle")}
      description={t("account.confirmDetail")}
      confirmLabel={t("account.confirm")}
      confirmDisabled={!confirmed}
      loading={isSubmitting}
      onConfirm={() => void submit()}
    >
      <form
        className="grid gap-4 p-0.5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (confirmed) void submit();
        }}
      >
        {failure === null ? null : <ErrorNotice error={failure} />}
        <Field
          label={
            <Trans
              ns="settings"
              i18nKey="account.typePhrase"
              values={{ phrase }}
              components={{ b: <strong className="font-semibold" /> }}
            />
          }
        >
          <Input autoComplete="off" autoCapitalize="none" spellCheck={false} {...form.register("phrase")} />
        </Field>
        <Field label={t("account.password")} error={errors.password?.message}>
          <PasswordInput autoComplete="current-password" {...form.register("password")} />
        </Field>
        {/* So that Enter in a field asks for the deed as well. */}
        <button type="submit" hidden>
          {t("account.confirm")}
        </button>
      </form>
    </AlertDialog>
  );
}
