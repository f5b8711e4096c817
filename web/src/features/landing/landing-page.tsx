import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useReady } from "@/lib/api";
import { buttonClass } from "@/ui/button";
import { Wordmark } from "@/ui/logo";
import { PeekingBear } from "@/ui/peeking-bear";
import { useTitle } from "@/ui/use-title";
import { Preview } from "./preview";

const TODAY = ["cite", "agents", "memory", "branch", "render", "keyboard", "team", "api"] as const;

/** For strangers at `/`: what Kuma is and is not, and the way in. */
export function LandingPage() {
  const { t } = useTranslation("landing");
  const { data: ready } = useReady();
  useTitle(t("pageTitle"));
  return (
    <div className="relative overflow-x-clip">
      <div
        aria-hidden
        className="pointer-events-none absolute inset-x-0 top-0 h-[48rem] bg-[radial-gradient(60rem_34rem_at_50%_-6rem,var(--accent-soft),transparent_70%)] opacity-80"
      />
      <div className="relative mx-auto max-w-6xl px-6 sm:px-10">
        <header className="flex h-18 items-center justify-between">
          <Wordmark />
          <Link to="/login" className={buttonClass({ variant: "ghost" })}>
            {t("signIn")}
          </Link>
        </header>
        <main>
          <section className="mx-auto max-w-3xl pt-16 text-center sm:pt-24">
            <h1 className="font-semibold text-display">{t("title")}</h1>
            <p className="mx-auto mt-6 max-w-2xl text-pretty text-fg-muted text-lg">{t("lead")}</p>
            <Ways
              {...(ready === undefined ? {} : { mode: ready.signup.mode, first: ready.signup.firstAccount })}
            />
          </section>
          <Preview className="mt-16 sm:mt-20" />
          <section className="mt-24 grid gap-x-14 gap-y-10 sm:mt-32 md:grid-cols-3">
            <Point title={t("points.modelsTitle")}>{t("points.models")}</Point>
            <Point title={t("points.safeTitle")}>{t("points.safe")}</Point>
            <Point title={t("points.lightTitle")}>{t("points.light")}</Point>
          </section>
          <section className="mt-24 grid gap-x-14 gap-y-6 sm:mt-32 md:grid-cols-[1fr_2fr]">
            <h2 className="font-semibold text-xl">{t("todayTitle")}</h2>
            <ul className="grid gap-x-14 sm:grid-cols-2 md:-mt-4">
              {TODAY.map((item) => (
                <li key={item} className="border-border border-b py-4 text-fg">
                  {t(`today.${item}`)}
                </li>
              ))}
            </ul>
          </section>
          <section className="flex flex-col items-center pt-28 text-center sm:pt-40">
            <p className="font-semibold text-xl">{t("closing")}</p>
            <PeekingBear className="mt-12 w-64 sm:w-80" />
          </section>
        </main>
        <footer className="flex flex-wrap items-center justify-between gap-4 border-border border-t py-7 text-fg-muted text-meta">
          <span>
            {t("footer.name")} {ready?.version}
          </span>
          <span className="flex gap-6">
            <a
              href="/api/openapi.json"
              className="relative rounded-xs underline decoration-border underline-offset-4 hover:text-fg hover:decoration-fg-muted touch:before:absolute touch:before:-inset-x-2 touch:before:-inset-y-3 touch:before:content-['']"
            >
              {t("footer.api")}
            </a>
            <span>{t("footer.licence")}</span>
          </span>
        </footer>
      </div>
    </div>
  );
}

/** What can be done here depends on the server: be the first, join, or only sign in. */
function Ways({ mode, first }: { mode?: "open" | "invite" | "closed"; first?: boolean }) {
  const { t } = useTranslation("landing");
  const canJoin = first === true || mode === "open" || mode === undefined;
  return (
    <div className="mt-10 flex flex-wrap justify-center gap-3">
      {canJoin ? (
        <Link to="/signup" className={buttonClass({ variant: "primary", size: "lg" })}>
          {first ? t("setUp") : t("signUp")}
        </Link>
      ) : null}
      {first ? null : (
        <Link to="/login" className={buttonClass({ variant: canJoin ? "secondary" : "primary", size: "lg" })}>
          {t("signIn")}
        </Link>
      )}
    </div>
  );
}

function Point({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="border-fg border-t pt-5">
      <h2 className="font-semibold text-lg">{title}</h2>
      <p className="mt-2.5 text-pretty text-fg-muted">{children}</p>
    </div>
  );
}
