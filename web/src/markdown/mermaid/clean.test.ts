import { describe, expect, it } from "vitest";
import { cleanDrawing } from "./clean";

const OUTSIDE = "https://evil.example";
const drawn = (inside: string) =>
  cleanDrawing(`<svg id="d" xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);

describe("a drawing", () => {
  it.each([
    ["a script", "<script>hacked()</script>"],
    ["a script in HTML", "<foreignObject><div><script>hacked()</script></div></foreignObject>"],
    ["handlers", '<rect onclick="hacked()" ONLOAD="hacked()"/><g onmouseover="hacked()"></g>'],
    ["a link that runs", '<a xlink:href="javascript:hacked()"><text>Click</text></a>'],
    ["a link that leads away", `<a href="${OUTSIDE}/"><rect/></a>`],
    ["a link in HTML", `<foreignObject><p><a href="${OUTSIDE}/">away</a></p></foreignObject>`],
    ["a picture", `<image href="${OUTSIDE}/a.png"/><image xlink:href="${OUTSIDE}/b.png"/>`],
    [
      "a picture in HTML",
      `<foreignObject><div><img src="${OUTSIDE}/c.png" onerror="hacked()"></div></foreignObject>`,
    ],
    ["a foreign symbol", `<use href="${OUTSIDE}/d.svg#x"/><use xlink:href="data:image/svg+xml,x#x"/>`],
    ["a foreign filter", `<filter><feImage href="${OUTSIDE}/e.png"/></filter>`],
    [
      "an animated address",
      '<a><set attributeName="href" to="javascript:hacked()"/><animate attributeName="href" values="javascript:hacked()"/></a>',
    ],
    [
      "a frame, a form, an object",
      `<foreignObject><iframe src="${OUTSIDE}"></iframe><form action="${OUTSIDE}"><button formaction="${OUTSIDE}">x</button></form><object data="${OUTSIDE}"></object><embed src="${OUTSIDE}"><video src="${OUTSIDE}" poster="${OUTSIDE}"></video></foreignObject>`,
    ],
    ["a sheet that imports", `<style>@import url("${OUTSIDE}/a.css");</style>`],
    ["a sheet that fetches", `<style>#d rect { background-image: url("${OUTSIDE}/f.png"); }</style>`],
    [
      "a sheet that hides that it fetches",
      String.raw`<style>#d rect { background: \75rl(${OUTSIDE}/g.png); }</style>`,
    ],
    ["a style that fetches", `<rect style="fill: red; background-image: image-set('${OUTSIDE}/h.png' 1x)"/>`],
    [
      "a fill, a mask, a marker from elsewhere",
      `<rect fill="url(${OUTSIDE}/i.svg#x)" mask="url('${OUTSIDE}/j.svg#x')" marker-end='url("${OUTSIDE}/k.svg#x")'/>`,
    ],
    [
      "something over the page",
      '<foreignObject><div style="position: fixed; inset: 0">Sign in</div></foreignObject>',
    ],
  ])("does not hold %s", (_what, hostile) => {
    const svg = drawn(`<g>${hostile}</g>`);
    const html = svg.outerHTML;
    expect(html).not.toMatch(/evil\.example|javascript:|hacked|data:|position/i);
    const names = [...svg.querySelectorAll("*")].map((element) => element.localName.toLowerCase());
    expect(
      names.filter(
        (name) => !["g", "rect", "text", "foreignobject", "div", "p", "use", "filter"].includes(name),
      ),
    ).toEqual([]);
    expect(
      [...svg.querySelectorAll("*")]
        .flatMap((element) => element.getAttributeNames())
        .filter((name) => /^on/i.test(name)),
    ).toEqual([]);
  });

  it.each([
    "position: fixed",
    "position/**/: /* here */fixed",
    "--place: fixed; position: var(--place)",
    "background: u/**/rl(https://evil.example/a.png)",
  ])("has no style that says %s", (style) => {
    const svg = drawn(`<foreignObject><div style="${style}">Sign in</div></foreignObject>`);
    expect(svg.querySelector("div")?.getAttribute("style")).toBeNull();
  });

  it("is nothing else than its picture", () => {
    const svg = cleanDrawing(`<p>before</p><svg><rect/></svg><img src="${OUTSIDE}/a.png">`);
    expect(svg.outerHTML).toBe("<svg><rect></rect></svg>");
    expect(svg.ownerDocument).toBe(document);
  });

  it("keeps what a link stood around", () => {
    expect(drawn(`<a href="${OUTSIDE}"><text>Den</text></a>`).textContent).toBe("Den");
  });

  it("keeps shapes, words, formulae, own references and own colours", () => {
    const inside = [
      "<style>#d .node rect { fill: #fff; stroke-width: 1px; } #d .tooltip { position: absolute; }</style>",
      '<defs><marker id="d_end" viewBox="0 0 10 10"><path d="M 0 0 L 10 5 L 0 10 z"></path></marker><linearGradient id="fade"><stop offset="0"></stop></linearGradient></defs>',
      '<g class="node" transform="translate(4, 5)" data-look="classic"><rect fill="url(#fade)" style="fill: red"></rect><text><tspan>url(x) and C:\\den</tspan></text></g>',
      '<path marker-end="url(#d_end)" d="M0,0L9,9"></path>',
      '<use href="#symbol"></use>',
      '<foreignObject width="9" height="9"><div xmlns="http://www.w3.org/1999/xhtml" style="display: table-cell"><span>one<br>two</span></div></foreignObject>',
      "<foreignObject><math><mrow><mi>x</mi><mo>=</mo><mn>1</mn></mrow></math></foreignObject>",
    ].join("");
    const svg = drawn(inside);
    expect(svg.innerHTML).toBe(inside);
  });

  it("has to be one", () => {
    expect(() => cleanDrawing("<p>nothing</p>")).toThrow("mermaid drew nothing");
  });
});
