import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Citation } from "../../api/types";
import { targetOf } from "./address";

interface SourceLinkProps {
  citation: Citation;
  className?: string;
  children: ReactNode;
}

/** Leads to the cited passage: a web page in a new tab, a document of the person's in place. */
export function SourceLink({ citation, className, children }: SourceLinkProps) {
  const { t } = useTranslation("tools");
  const target = targetOf(citation);
  if (target === null) return <span className={className}>{children}</span>;
  if (target.kind === "document") {
    return (
      <Link to={target.to} className={className}>
        {children}
      </Link>
    );
  }
  return (
    <a
      href={target.to}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={t("sources.open", { title: citation.title })}
      className={className}
    >
      {children}
    </a>
  );
}
