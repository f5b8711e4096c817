import { useTranslation } from "react-i18next";
import { isWeb } from "../../sources/address";
import { str } from "./ItemList";

/** What is known of a company, as far as it is. */
export function CompanyView({ company }: { company: Record<string, unknown> }) {
  const { t, i18n } = useTranslation("tools");
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const millions = (value: unknown, unit: string) =>
    typeof value === "number"
      ? `${t("company.millions", { amount: number.format(value) })} ${unit}`.trim()
      : "";
  const website = str(company["website"]);
  const rows: [string, React.ReactNode][] = [
    [t("company.symbol"), str(company["symbol"])],
    [t("company.exchange"), str(company["exchange"])],
    [t("company.currency"), str(company["currency"])],
    [t("company.kind"), str(company["kind"])],
    [t("company.sector"), str(company["sector"])],
    [t("company.industry"), str(company["industry"])],
    [t("company.country"), str(company["country"])],
    [t("company.worth"), millions(company["marketCapMillions"], str(company["currency"]))],
    [t("company.shares"), millions(company["sharesMillions"], "")],
    [t("company.ipo"), str(company["ipo"])],
    [
      t("company.website"),
      isWeb(website) ? (
        <a key="site" href={website} target="_blank" rel="noopener noreferrer nofollow" className="underline">
          {website}
        </a>
      ) : (
        website
      ),
    ],
  ];
  return (
    <div className="text-sm">
      <p className="font-medium">{str(company["name"])}</p>
      <dl className="mt-1.5 grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1">
        {rows
          .filter(([, value]) => value !== "")
          .map(([term, value]) => (
            <div key={term} className="contents">
              <dt className="text-fg-muted">{term}</dt>
              <dd className="wrap-anywhere">{value}</dd>
            </div>
          ))}
      </dl>
      <p className="mt-2 text-fg-muted text-meta">
        {t("company.source", { source: str(company["source"]) })}
      </p>
    </div>
  );
}
