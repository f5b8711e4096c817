import { Check, Feather, ShieldCheck, Shuffle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useReady } from "@/lib/api";
import { buttonClass } from "@/ui/button";
import { BearMark, Wordmark } from "@/ui/logo";
import { useTitle } from "@/ui/use-title";
import { Preview } from "./preview";

const TODAY = ["branch", "render", "keyboard", "search", "team", "api"] as const;

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
          <section className="mt-24 grid gap-x-14 gap-y-12 sm:mt-32 md:grid-cols-3">
            <Point icon={<Shuffle />} title={t("points.modelsTitle")}>
              {t("points.models")}
            </Point>
            <Point icon={<ShieldCheck />} title={t("points.safeTitle")}>
              {t("points.safe")}
            </Point>
            <Point icon={<Feather />} title={t("points.lightTitle")}>
              {t("points.light")}
            </Point>
          </section>
          <section className="mt-24 grid gap-8 border-border border-t pt-14 sm:mt-32 md:grid-cols-[1fr_2fr]">
            <h2 className="font-semibold text-xl">{t("todayTitle")}</h2>
            <ul className="grid gap-x-10 gap-y-4 sm:grid-cols-2">
              {TODAY.map((item) => (
                <li key={item} className="flex gap-3 text-fg">
                  <Check aria-hidden className="mt-1.25 size-4 shrink-0 text-accent-text" />
                  {t(`today.${item}`)}
                </li>
              ))}
            </ul>
          </section>
          <section className="flex flex-col items-center py-28 text-center sm:py-36">
            <BearMark className="size-16" />
            <p className="mt-6 font-semibold text-xl">{t("closing")}</p>
          </section>
        </main>
        <footer className="flex flex-wrap items-center justify-between gap-4 border-border border-t py-7 text-fg-muted text-meta">
          <span>
            {t("footer.name")} {ready?.version}
          </span>
          <span className="flex gap-6">
            <a
              href="/api/openapi.json"
              className="rounded-xs underline decoration-border underline-offset-4 hover:text-fg hover:decoration-fg-muted"
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

function Point({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div>
      <span
        aria-hidden
        className="grid size-10 place-items-center rounded-md bg-accent-soft text-accent-text [&_svg]:size-5"
      >
        {icon}
      </span>
      <h2 className="mt-5 font-semibold text-base">{title}</h2>
      <p className="mt-1.5 text-pretty text-fg-muted text-sm">{children}</p>
    </div>
  );
}
