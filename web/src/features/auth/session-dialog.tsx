import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { type ApiError, publicApi } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { session, useSession } from "@/lib/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field } from "@/ui/field";
import { PasswordInput } from "@/ui/password-input";
import { SignInFailure } from "./sign-in-failure";
import { useWait } from "./use-wait";

/**
 * Over the page when the server no longer takes the token. Only the same account can go on here, since the
 * page behind belongs to it; what waited for an answer is sent again with the new token.
 */
export function SessionDialog() {
  const { t } = useTranslation(["app", "auth"]);
  const email = useSession((state) => state.claims?.email ?? "");
  const [failure, setFailure] = useState<ApiError | null>(null);
  const wait = useWait(failure);
  const form = useForm({ defaultValues: { password: "" } });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ password }) => {
    setFailure(null);
    try {
      const { data } = await publicApi.POST("/api/auth/login", { body: { email, password } });
      if (data !== undefined) session.signIn(data.token);
    } catch (error) {
      setFailure(placeErrors<{ password: string }>(error, ["password"], form.setError));
      form.setFocus("password", { shouldSelect: true });
    }
  });

  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      dismissible={false}
      title={t("app:session.title")}
      description={t("app:session.description")}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        {failure === null ? null : <SignInFailure error={failure} />}
        <p className="text-fg-muted text-sm">
          {t("app:session.account")} <span className="wrap-anywhere font-medium text-fg">{email}</span>
        </p>
        {/* For password managers, which look for the name next to the password. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <Field label={t("auth:password")} error={errors.password?.message}>
          <PasswordInput
            autoComplete="current-password"
            {...form.register("password", { required: t("auth:rules.passwordMissing") })}
          />
        </Field>
        <div className="mt-1 flex flex-wrap justify-end gap-2">
          <Button variant="ghost" onClick={() => session.signOut()}>
            {t("app:session.signOut")}
          </Button>
          <Button type="submit" variant="primary" loading={isSubmitting} disabled={wait > 0}>
            {wait > 0 ? t("auth:waitSeconds", { count: wait }) : t("app:session.submit")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
