/** A table's cells as CSV (RFC 4180: CRLF, quotes only where needed). */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(quote).join(",")).join("\r\n");
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The text of a rendered table, maths as its TeX source rather than its glyphs. */
export function tableRows(table: HTMLTableElement): string[][] {
  return Array.from(table.rows, (row) => Array.from(row.cells, cellText));
}

function cellText(cell: HTMLTableCellElement): string {
  const copy = cell.cloneNode(true) as HTMLTableCellElement;
  for (const maths of copy.querySelectorAll(".katex")) {
    maths.replaceWith(maths.querySelector("annotation")?.textContent ?? maths.textContent ?? "");
  }
  for (const lineBreak of copy.querySelectorAll("br")) lineBreak.replaceWith("\n");
  return (copy.textContent ?? "").trim();
}
