import type { Quote } from "./quote";
import { StockCard } from "./StockCard";

/** The quotes that an answer looked up. */
export function StockCards({ quotes }: { quotes: readonly Quote[] }) {
  return (
    <div className="mb-4 grid grid-cols-[minmax(0,1fr)] gap-3">
      {quotes.map((quote) => (
        <StockCard key={`${quote.symbol} ${quote.range}`} quote={quote} />
      ))}
    </div>
  );
}
