/**
 * What a diagram's source may not say, taken from it before mermaid draws. While it draws, its work hangs in the page: a
 * tag or an address that is only removed from the finished drawing was already met by the browser. What is left here to
 * be refused by the page's policy would be reported as an attack, and such reports should mean something.
 */

/** Functions of CSS that fetch. */
const FETCHING = new RegExp(
  // Only with what may be an address behind it: a node can be called url.
  `(?:${["url", "src", "image-set", "image"].map(spelled).join("|")})(?=\\([^)\\n]{0,300}[:/.\\\\])`,
  "gi",
);

/** A name as CSS can spell it: any letter as an escape. */
function spelled(name: string): string {
  const letters = Array.from(name, (letter) => {
    const codes = [letter, letter.toUpperCase()].map((form) => form.charCodeAt(0).toString(16));
    return `(?:\\\\?${letter}|\\\\0{0,4}(?:${codes.join("|")})\\s?)`;
  });
  return letters.join("");
}

const LINE_BREAK = /^<\/?br\s*\/?>/i;
const STEREOTYPE = /^<[\w -]+>>/;

export function tame(source: string): string {
  // With a character in its name that nobody sees it is no function of CSS any more.
  return tagsAsText(source.replace(FETCHING, "$&\u200b"));
}

/** Tags are text, spelled as mermaid spells an angle bracket: all but line breaks, and stereotypes such as `<<choice>>`. */
function tagsAsText(source: string): string {
  return source.replace(/<(?=[a-z/!?])/gi, (bracket, at: number) => {
    const rest = source.slice(at, at + 80);
    const stays = LINE_BREAK.test(rest) || (source[at - 1] === "<" && STEREOTYPE.test(rest));
    return stays ? bracket : "#lt;";
  });
}
