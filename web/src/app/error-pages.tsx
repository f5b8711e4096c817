import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, Link } from "react-router";
import { ApiError } from "@/lib/api";
import { cn } from "@/lib/cn";
import { useIsSignedIn } from "@/lib/session";
import { Button, buttonClass } from "@/ui/button";
import { BearMark } from "@/ui/logo";
import { PageHeader } from "@/ui/page-header";
import { useTitle } from "@/ui/use-title";

interface ErrorPageProps {
  title: string;
  detail: string;
  actions: ReactNode;
  children?: ReactNode;
  /** Within the shell, beside the sidebar. */
  inside?: boolean;
}

function ErrorPage({ title, detail, actions, children, inside = false }: ErrorPageProps) {
  useTitle(title);
  return (
    <>
      {inside ? <PageHeader /> : null}
      <main className={cn("grid place-items-center px-6 py-12", inside ? "flex-1" : "min-h-dvh")}>
        <div className="flex max-w-md flex-col items-center text-center">
          <BearMark className="mb-6 size-14" />
          <h1 className="font-semibold text-xl">{title}</h1>
          <p className="mt-2 text-balance text-fg-muted">{detail}</p>
          <div className="mt-7 flex flex-wrap justify-center gap-2.5">{actions}</div>
          {children}
        </div>
      </main>
    </>
  );
}

function HomeLink() {
  const { t } = useTranslation("app");
  const signedIn = useIsSignedIn();
  return (
    <Link to={signedIn ? "/chat" : "/"} className={buttonClass({ variant: "primary" })} reloadDocument>
      {signedIn ? t("errors.chats") : t("errors.home")}
    </Link>
  );
}

export function NotFoundPage({ inside = false }: { inside?: boolean }) {
  const { t } = useTranslation("app");
  return (
    <ErrorPage
      title={t("errors.notFoundTitle")}
      detail={t("errors.notFoundDetail")}
      actions={<HomeLink />}
      inside={inside}
    />
  );
}

/** Whatever a page threw: missing, unreachable, from before an update, or plainly broken. */
export function RouteError({ error, inside = false }: { error: unknown; inside?: boolean }) {
  const { t } = useTranslation("app");
  const kind = classify(error);
  const reload = (
    <Button variant="primary" onClick={() => window.location.reload()}>
      {t("errors.reload")}
    </Button>
  );
  useReloadWhenBack(kind === "offline");
  if (kind === "missing") return <NotFoundPage inside={inside} />;
  if (kind === "offline") {
    return (
      <ErrorPage
        title={t("errors.offlineTitle")}
        detail={t("errors.offlineDetail")}
        actions={reload}
        inside={inside}
      />
    );
  }
  if (kind === "outdated") {
    return (
      <ErrorPage
        title={t("errors.updatedTitle")}
        detail={t("errors.updatedDetail")}
        actions={reload}
        inside={inside}
      />
    );
  }
  return (
    <ErrorPage
      title={t("errors.crashTitle")}
      detail={t("errors.crashDetail")}
      inside={inside}
      actions={
        <>
          {reload}
          <Link to="/" className={buttonClass()} reloadDocument>
            {t("errors.home")}
          </Link>
        </>
      }
    >
      <Details error={error} />
    </ErrorPage>
  );
}

type Kind = "missing" | "offline" | "outdated" | "crash";

function classify(error: unknown): Kind {
  if (isRouteErrorResponse(error)) return error.status === 404 ? "missing" : "crash";
  if (error instanceof ApiError)
    return error.isNetwork ? "offline" : error.status === 404 ? "missing" : "crash";
  // A chunk that is gone: the server has a newer build. Each browser words it differently.
  if (
    error instanceof Error &&
    /dynamically imported module|importing a module script/i.test(error.message)
  ) {
    return navigator.onLine ? "outdated" : "offline";
  }
  return "crash";
}

function useReloadWhenBack(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const reload = () => window.location.reload();
    window.addEventListener("online", reload);
    return () => window.removeEventListener("online", reload);
  }, [enabled]);
}

function Details({ error }: { error: unknown }) {
  const { t } = useTranslation(["app", "common"]);
  const [copied, setCopied] = useState(false);
  const text = describe(error);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <details className="mt-8 w-full text-start">
      <summary className="cursor-pointer rounded-xs text-center text-fg-muted text-meta hover:text-fg">
        {t("app:errors.details")}
      </summary>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        className="mt-3 max-h-52 overflow-auto rounded-md border border-border bg-muted p-3 font-mono text-xs"
      >
        {text}
      </pre>
      <Button size="sm" className="mt-2" onClick={() => void copy()}>
        {copied ? t("common:copied") : t("app:errors.copyDetails")}
      </Button>
    </details>
  );
}

function describe(error: unknown): string {
  if (error instanceof ApiError) {
    return [`${error.status} ${error.code}`, error.title, error.detail, error.requestId ?? ""]
      .filter(Boolean)
      .join("\n");
  }
  if (error instanceof Error) return error.stack ?? error.message;
  if (isRouteErrorResponse(error)) return `${error.status} ${error.statusText}`;
  return String(error);
}
