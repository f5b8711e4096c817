import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { type ApiError, publicApi, rememberMe, useReady } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { session } from "@/lib/session";
import { Button, buttonClass } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { Notice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { useTitle } from "@/ui/use-title";
import { AuthLayout } from "./auth-layout";
import { nextPath } from "./next";
import { type LoginForm, loginSchema } from "./schemas";
import { SignInFailure } from "./sign-in-failure";
import { useWait } from "./use-wait";

export function LoginPage() {
  const { t } = useTranslation("auth");
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data: ready } = useReady();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [typingPassword, setTypingPassword] = useState(false);
  const [showForgot, setShowForgot] = useState(false);
  const wait = useWait(failure);
  const schema = useMemo(() => loginSchema(t), [t]);
  const form = useForm<LoginForm>({
    resolver: zodResolver(schema),
    defaultValues: { email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  useTitle(t("login.pageTitle"));

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      const { data } = await publicApi.POST("/api/auth/login", { body: values });
      if (data === undefined) return;
      session.signIn(data.token);
      rememberMe(queryClient, data.user);
      await navigate(nextPath(search), { replace: true });
    } catch (error) {
      setFailure(placeErrors<LoginForm>(error, ["email", "password"], form.setError));
    }
  });

  const email = form.register("email");
  const password = form.register("password");
  return (
    <AuthLayout
      title={t("login.title")}
      subtitle={t("login.subtitle")}
      bearLooksAway={typingPassword}
      footer={<OtherWay firstAccount={ready?.signup.firstAccount} mode={ready?.signup.mode} />}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
        {failure === null ? null : <SignInFailure error={failure} />}
        <Field label={t("email")} error={errors.email?.message}>
          <Input type="email" inputMode="email" autoComplete="username" autoCapitalize="none" {...email} />
        </Field>
        <Field label={t("password")} error={errors.password?.message}>
          <PasswordInput
            autoComplete="current-password"
            {...password}
            onFocus={() => setTypingPassword(true)}
            onBlur={(event) => {
              setTypingPassword(false);
              void password.onBlur(event);
            }}
          />
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="lg"
          loading={isSubmitting}
          disabled={wait > 0}
          className="mt-1"
        >
          {wait > 0 ? t("waitSeconds", { count: wait }) : t("login.submit")}
        </Button>
        <div className="grid justify-items-start gap-3">
          <button
            type="button"
            className={buttonClass({ variant: "link" })}
            aria-expanded={showForgot}
            onClick={() => setShowForgot(!showForgot)}
          >
            {t("login.forgot")}
          </button>
          {showForgot ? (
            <Notice>
              <Trans
                ns="auth"
                i18nKey="login.forgotAnswer"
                values={{ email: form.getValues("email") || "you@example.com" }}
                components={{ code: <code className="font-mono text-fg text-meta" /> }}
              />
            </Notice>
          ) : null}
        </div>
      </form>
    </AuthLayout>
  );
}

function OtherWay({ firstAccount, mode }: { firstAccount: boolean | undefined; mode: string | undefined }) {
  const { t } = useTranslation("auth");
  const [search] = useSearchParams();
  if (mode === "closed" && firstAccount !== true) return t("login.closed");
  const to = search.size > 0 ? `/signup?${search}` : "/signup";
  return (
    <>
      {firstAccount ? t("login.firstAccount") : t("login.noAccount")}{" "}
      <Link to={to} className={buttonClass({ variant: "link" })}>
        {firstAccount ? t("login.toFirstAccount") : t("login.toSignup")}
      </Link>
    </>
  );
}
