import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { type ApiError, api, publicApi } from "@/lib/api";
import { passwordFlaw, placeErrors } from "@/lib/forms";
import { session, useSession } from "@/lib/session";
import { Button } from "@/ui/button";
import { Section } from "@/ui/card";
import { Field } from "@/ui/field";
import { ErrorNotice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { toast } from "@/ui/toast";
import { ConfirmDialog } from "./confirm-dialog";
import { SettingsPage } from "./page";

export function SecurityPage() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPage title={t("tabs.security")}>
      <Section title={t("security.passwordTitle")} description={t("security.passwordDescription")}>
        <PasswordForm />
      </Section>
      <Section title={t("security.sessionsTitle")} description={t("security.sessionsDescription")}>
        <LogoutEverywhere />
      </Section>
    </SettingsPage>
  );
}

function PasswordForm() {
  const { t } = useTranslation(["settings", "auth"]);
  const email = useSession((state) => state.claims?.email ?? "");
  const [failure, setFailure] = useState<ApiError | null>(null);
  const schema = useMemo(
    () =>
      z
        .object({
          currentPassword: z.string().check(z.minLength(1, t("settings:security.missing"))),
          newPassword: z.string().check(
            z.refine((value) => passwordFlaw(value) !== "tooShort", { error: t("auth:rules.tooShort") }),
            z.refine((value) => passwordFlaw(value) !== "tooLong", { error: t("auth:rules.tooLong") }),
          ),
        })
        .check(
          z.refine((form) => form.newPassword !== form.currentPassword, {
            path: ["newPassword"],
            error: t("settings:security.same"),
          }),
        ),
    [t],
  );
  const form = useForm({
    resolver: zodResolver(schema),
    defaultValues: { currentPassword: "", newPassword: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      await api.POST("/api/auth/password", { body: values });
      // Every token from before is dead now, this browser's included: take a new one before anything else asks.
      const { data } = await publicApi.POST("/api/auth/login", {
        body: { email, password: values.newPassword },
      });
      if (data !== undefined) session.signIn(data.token);
      form.reset();
      toast.success(t("settings:security.changed"));
    } catch (error) {
      setFailure(
        placeErrors<{ currentPassword: string; newPassword: string }>(
          error,
          ["currentPassword", "newPassword"],
          form.setError,
        ),
      );
    }
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-md gap-5">
      {failure === null ? null : <ErrorNotice error={failure} />}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field label={t("settings:security.current")} error={errors.currentPassword?.message}>
        <PasswordInput autoComplete="current-password" {...form.register("currentPassword")} />
      </Field>
      <Field
        label={t("settings:security.next")}
        help={t("settings:security.nextHelp")}
        error={errors.newPassword?.message}
      >
        <PasswordInput autoComplete="new-password" {...form.register("newPassword")} />
      </Field>
      <div>
        <Button type="submit" variant="primary" loading={isSubmitting}>
          {t("settings:security.change")}
        </Button>
      </div>
    </form>
  );
}

function LogoutEverywhere() {
  const { t } = useTranslation("settings");
  const [open, setOpen] = useState(false);
  const signOut = async () => {
    await api.POST("/api/auth/logout-all");
    // Without a session the shell leads to the sign-in page.
    session.signOut();
  };
  return (
    <div>
      <Button onClick={() => setOpen(true)}>{t("security.logoutAll")}</Button>
      {open ? (
        <ConfirmDialog
          title={t("security.logoutAllTitle")}
          description={t("security.logoutAllDetail")}
          confirmLabel={t("security.logoutAll")}
          tone="primary"
          act={signOut}
          done={t("security.logoutAllDone")}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}
