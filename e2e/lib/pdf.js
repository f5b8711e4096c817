/** Small PDF files for tests: headings and paragraphs in Helvetica, wrapped, on A4. */

/** Widths of Helvetica's characters from the space to the tilde, in thousandths of the size. */
const WIDTHS =
  "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
    .split(" ")
    .map(Number);

const PAGE = { width: 595, height: 842, margin: 72 };

/**
 * @param {{heading?: string, paragraphs: string[]}[]} pages what stands on each page; ASCII, and not more than fits
 * @returns {Buffer} the file
 */
export function makePdf(pages) {
  const objects = [];
  const add = (body) => objects.push(body);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${5 + at * 2} 0 R`).join(" ")}] >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
  pages.forEach((page, at) => {
    const content = draw(page);
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents ${6 + at * 2} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
    );
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  });
  let file = "%PDF-1.7\n";
  const offsets = objects.map((body, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const xref = file.length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(file, "latin1");
}

function draw({ heading, paragraphs }) {
  const lines = [];
  let y = PAGE.height - PAGE.margin;
  const write = (text, font, size) => {
    for (const line of wrap(text, size)) {
      lines.push(`BT /${font} ${size} Tf ${PAGE.margin} ${y} Td (${line.replaceAll(/[\\()]/g, "\\$&")}) Tj ET`);
      y -= size * 1.45;
    }
  };
  if (heading) {
    write(heading, "F2", 20);
    y -= 14;
  }
  for (const paragraph of paragraphs) {
    write(paragraph, "F1", 11.5);
    y -= 9;
  }
  return lines.join("\n");
}

function wrap(text, size) {
  const room = PAGE.width - 2 * PAGE.margin;
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (width(longer, size) > room && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line === "" ? lines : [...lines, line];
}

function width(text, size) {
  let sum = 0;
  for (const char of text) sum += WIDTHS[char.charCodeAt(0) - 32] ?? 556;
  return (sum * size) / 1000;
}
