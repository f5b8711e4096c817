import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { type ApiError, publicApi, readyQuery, rememberMe, useReady } from "@/lib/api";
import { placeErrors } from "@/lib/forms";
import { session } from "@/lib/session";
import { Button, buttonClass } from "@/ui/button";
import { Field } from "@/ui/field";
import { Input } from "@/ui/input";
import { ErrorNotice, Notice } from "@/ui/notice";
import { PasswordInput } from "@/ui/password-input";
import { useTitle } from "@/ui/use-title";
import { AuthLayout } from "./auth-layout";
import { nextPath } from "./next";
import { type SignupForm, signupSchema } from "./schemas";
import { useWait } from "./use-wait";

export function SignupPage() {
  const { t } = useTranslation("auth");
  const { data: ready } = useReady();
  const [typingPassword, setTypingPassword] = useState(false);
  const first = ready?.signup.firstAccount === true;
  const mode = ready?.signup.mode ?? "open";
  useTitle(t("signup.pageTitle"));

  if (mode !== "open" && !first) {
    const closed = mode === "closed";
    return (
      <AuthLayout title={t(closed ? "signup.closedTitle" : "signup.inviteTitle")}>
        <p className="mb-6 text-fg-muted">{t(closed ? "signup.closedDetail" : "signup.inviteDetail")}</p>
        <LoginLink className={buttonClass({ variant: "primary", size: "lg" })} />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout
      title={first ? t("signup.firstTitle") : t("signup.title")}
      subtitle={first ? t("signup.firstSubtitle") : t("signup.subtitle")}
      bearLooksAway={typingPassword}
      footer={
        first ? undefined : (
          <>
            {t("signup.haveAccount")} <LoginLink className={buttonClass({ variant: "link" })} />
          </>
        )
      }
    >
      <SignupFields onTypingPassword={setTypingPassword} />
    </AuthLayout>
  );
}

function SignupFields({ onTypingPassword }: { onTypingPassword: (typing: boolean) => void }) {
  const { t } = useTranslation("auth");
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [failure, setFailure] = useState<ApiError | null>(null);
  const wait = useWait(failure);
  const schema = useMemo(() => signupSchema(t), [t]);
  const form = useForm<SignupForm>({
    resolver: zodResolver(schema),
    defaultValues: { name: "", email: "", password: "" },
    mode: "onTouched",
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      const { data } = await publicApi.POST("/api/auth/signup", { body: values });
      if (data === undefined) return;
      session.signIn(data.token);
      rememberMe(queryClient, data.user);
      void queryClient.invalidateQueries(readyQuery);
      await navigate(data.user.role === "admin" ? "/welcome" : nextPath(search), { replace: true });
    } catch (error) {
      setFailure(placeErrors<SignupForm>(error, ["name", "email", "password"], form.setError));
      // Closed meanwhile, or somebody else was first: say what holds now.
      void queryClient.invalidateQueries(readyQuery);
    }
  });

  // In the order on the page: the first invalid one gets the focus.
  const name = form.register("name");
  const email = form.register("email");
  const password = form.register("password");
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-5">
      {failure === null ? null : <Failure error={failure} />}
      <Field label={t("name")} error={errors.name?.message}>
        <Input autoComplete="name" placeholder={t("namePlaceholder")} {...name} />
      </Field>
      <Field label={t("email")} error={errors.email?.message}>
        <Input type="email" inputMode="email" autoComplete="username" autoCapitalize="none" {...email} />
      </Field>
      <Field label={t("password")} error={errors.password?.message} help={t("signup.passwordHelp")}>
        <PasswordInput
          autoComplete="new-password"
          {...password}
          onFocus={() => onTypingPassword(true)}
          onBlur={(event) => {
            onTypingPassword(false);
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
        {wait > 0 ? t("waitSeconds", { count: wait }) : t("signup.submit")}
      </Button>
    </form>
  );
}

function Failure({ error }: { error: ApiError }): ReactNode {
  const { t } = useTranslation("auth");
  if (error.status !== 409) return <ErrorNotice error={error} />;
  return (
    <Notice
      tone="danger"
      title={t("signup.emailTaken")}
      action={<LoginLink className={buttonClass({ size: "sm" })} label={t("signup.signInInstead")} />}
    />
  );
}

function LoginLink({ className, label }: { className: string; label?: string }) {
  const { t } = useTranslation("auth");
  const [search] = useSearchParams();
  return (
    <Link to={search.size > 0 ? `/login?${search}` : "/login"} className={className}>
      {label ?? t("signup.toLogin")}
    </Link>
  );
}
