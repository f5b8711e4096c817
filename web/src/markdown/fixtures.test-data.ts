/** Documents that between them use every construct the renderer knows; the chunking properties run over them. */
export const documents: Record<string, string> = {
  prose:
    "# Title\n\nSome *soft* and **strong** text with `code`, ~~gone~~ and a [link](https://example.org/a_b).\nSecond line\\\nbroken.\n\nAnother paragraph  \nwith a hard break.\n\nSetext\n------\n\n***\n\nEnd.",
  lists:
    "- one\n- two\n\n  still two\n\n  ```js\n  let a = 1;\n  ```\n- three\n\n1. first\n\n2. second\n   - nested\n     - deeper\n\n3) other list\n\n- [x] done\n- [ ] open\n\n> quote\n> - in quote\nlazy\n\n> second quote",
  code: "Before:\n```ts\nconst a: number = 1;\n\n\nfunction f() { return `x${a}`; }\n```\n\n~~~\nplain ``` inside\n~~~\n\n    indented code\n\n    more\n\n````md\n```js\nnested\n```\n````\nafter",
  table:
    "| Name | Price |\n|:-----|------:|\n| A \\| B | $5 |\n| **C** | `x` |\n\nafter the table\n\nno | leading\n--|--\n1 | 2",
  maths:
    "Inline $a^2 + b^2 = c^2$ and \\(x_1\\), money $5 and $10.\n\n$$\n\\int_0^1 x\\,dx\n\n= \\frac12\n$$\n\n$$E = mc^2$$\n\n\\[\n\\sum_{i=1}^n i\n\\]\n\nText with $$y$$ inside, `$not$` code.",
  footnotes:
    "A claim[^1] and another[^note].\n\nMore text[^1] with [a reference][ref] and [ref].\n\n[ref]: https://example.org 'Title'\n\n[^1]: The first note.\n\n    With a second paragraph.\n[^note]: The *other* note.\n\nAfter.",
  html: "Line one<br>line two\n\n<details>\n<summary>More</summary>\n\nHidden **text**\n\n</details>\n\n<!-- comment -->\n\nTail <b>bold</b> <script>alert(1)</script>",
  mermaid: "Diagram:\n\n```mermaid\ngraph TD\n  A[Start] --> B{Choice}\n  B -->|yes| C\n```\n\nDone.",
  images:
    "![alt text](https://evil.example/pixel.png?q=secret) and ![local](/api/images/1) and ![](data:image/png;base64,AAAA)\n\n[bad](javascript:alert(1)) [mail](mailto:a@b.c) <https://auto.example/x> www.example.org",
  odd: "**unclosed bold\n\n`unclosed code\n\n[unclosed link](https://x\n\n$$\nunclosed maths\n\n| half | table\n\n- \n-\n\n1.\n\n```\nunclosed fence\n\n# not a heading",
  windows: "# Title\r\n\r\nText\r\nmore\r\n\r\n```js\r\nlet a;\r\n```\r\n",
  unicode: "Grüße 👩‍👩‍👧 — “quoted” **日本語**テスト\n\n- العربية\n- עברית",
};
