import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod/mini";
import { type ApiError, api, queryError, rememberMe, type User, useMe } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { Avatar } from "@/ui/avatar";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { ErrorNotice } from "@/ui/notice";
import { Delayed, Skeleton } from "@/ui/skeleton";
import { toast } from "@/ui/toast";
import { SettingsPage } from "./page";

const NAME_MAX = 80;

export function ProfilePage() {
  const { t } = useTranslation(["settings", "common"]);
  const me = useMe();
  const error = queryError(me);
  return (
    <SettingsPage title={t("settings:tabs.profile")} description={t("settings:profile.description")}>
      {me.data !== undefined ? (
        <ProfileForm key={me.data.id} user={me.data} />
      ) : error === null ? (
        <Delayed label={t("common:loading")}>
          <Skeleton className="h-72 max-w-md" />
        </Delayed>
      ) : (
        <ErrorNotice
          error={error}
          action={<Button onClick={() => void me.refetch()}>{t("common:retry")}</Button>}
        />
      )}
    </SettingsPage>
  );
}

function ProfileForm({ user }: { user: User }) {
  const { t, i18n } = useTranslation(["settings", "common", "auth"]);
  const queryClient = useQueryClient();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const schema = useMemo(
    () =>
      z.object({
        name: z
          .string()
          .check(
            z.trim(),
            z.minLength(1, { error: t("auth:rules.nameMissing"), abort: true }),
            z.maxLength(NAME_MAX, t("auth:rules.nameTooLong", { max: NAME_MAX })),
          ),
      }),
    [t],
  );
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { name: user.name } });
  const { errors, isSubmitting, isDirty } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      const { data } = await api.PATCH("/api/auth/me", { body: values });
      if (data === undefined) return;
      rememberMe(queryClient, data.user);
      form.reset({ name: data.user.name });
      toast.success(t("settings:profile.saved"));
    } catch (error) {
      setFailure(placeErrors<{ name: string }>(error, ["name"], form.setError));
    }
  });

  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(
    new Date(user.createdAt),
  );
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-md gap-6">
      <div className="flex items-center gap-4">
        <Avatar name={user.name} size="lg" />
        <div>
          <Badge tone={user.role === "admin" ? "accent" : "neutral"}>
            {t(`settings:profile.roles.${user.role === "admin" ? "admin" : "user"}`)}
          </Badge>
          <p className="mt-1 text-fg-muted text-meta">{t("settings:profile.since", { date: since })}</p>
        </div>
      </div>
      {failure === null ? null : <ErrorNotice error={failure} />}
      <Field
        label={t("settings:profile.name")}
        help={t("settings:profile.nameHelp")}
        error={errors.name?.message}
      >
        <Input autoComplete="name" {...form.register("name")} />
      </Field>
      <Field label={t("settings:profile.email")} help={t("settings:profile.emailHelp")}>
        <Input type="email" value={user.email} readOnly />
      </Field>
      <div>
        <Button type="submit" variant="primary" loading={isSubmitting} disabled={!isDirty}>
          {t("common:save")}
        </Button>
      </div>
    </form>
  );
}
