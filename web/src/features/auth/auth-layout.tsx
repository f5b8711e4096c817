import type { ReactNode } from "react";
import { Link } from "react-router";
import { Wordmark } from "@/ui/logo";
import { PeekingBear } from "@/ui/peeking-bear";

interface AuthLayoutProps {
  title: string;
  subtitle?: ReactNode;
  /** The bear looks away while a password is typed. */
  bearLooksAway?: boolean;
  /** The way to the other page. */
  footer?: ReactNode;
  children: ReactNode;
}

/** One form on a quiet page; on wide screens a bear keeps it company. */
export function AuthLayout({ title, subtitle, bearLooksAway = false, footer, children }: AuthLayoutProps) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,44%)]">
      <div className="flex min-w-0 flex-col px-6 sm:px-10">
        <header className="flex h-18 shrink-0 items-center">
          <Link to="/" className="-m-1 flex items-center rounded-sm p-1 touch:min-h-11">
            <Wordmark />
          </Link>
        </header>
        <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center pt-4 pb-20">
          <h1 className="font-semibold text-xl">{title}</h1>
          {subtitle === undefined ? null : <p className="mt-1.5 text-fg-muted text-sm">{subtitle}</p>}
          <div className="mt-8">{children}</div>
          {footer === undefined ? null : <p className="mt-7 text-fg-muted text-sm">{footer}</p>}
        </main>
      </div>
      <div
        aria-hidden
        className="relative hidden overflow-hidden border-border border-s bg-accent-soft lg:block"
      >
        <PeekingBear
          looksAway={bearLooksAway}
          className="absolute inset-x-0 bottom-0 mx-auto w-[min(84%,34rem)] [--ground:var(--accent-soft)]"
        />
      </div>
    </div>
  );
}
