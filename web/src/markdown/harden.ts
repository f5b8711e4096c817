/**
 * What an answer may point at. Text comes from models, and models repeat what web pages and mails told them to: an image
 * from a foreign host would carry data out the moment it is shown. So nothing is fetched from elsewhere by rendering; a
 * remote image becomes a link that names its host, and links lead only to web pages and mail addresses.
 */
import type { Element, ElementContent, Root } from "hast";
import { harden } from "rehype-harden";
import { visit } from "unist-util-visit";

/** Remote images become links before `rehype-harden` sees (and would drop) them. */
export function remoteImagesAsLinks() {
  return (tree: Root) => {
    visit(tree, "element", (node, index, parent) => {
      if (node.tagName !== "img" || index === undefined || !parent) return;
      const source = text(node.properties["src"]);
      if (isOwnImage(source)) return;
      parent.children[index] = imageLink(source, text(node.properties["alt"]));
    });
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Same origin below /api, or made in this page. */
export function isOwnImage(source: string): boolean {
  if (/^(?:data:image\/(?:png|jpeg|gif|webp);|blob:)/i.test(source)) return true;
  try {
    const url = new URL(source, location.origin);
    return url.origin === location.origin && url.pathname.startsWith("/api/");
  } catch {
    return false;
  }
}

function imageLink(source: string, alt: string): ElementContent {
  let host = "";
  try {
    const url = new URL(source);
    if (url.protocol === "http:" || url.protocol === "https:") host = url.host;
  } catch {
    // Not an address at all: its words are all there is to show.
  }
  const words: ElementContent[] = [{ type: "text", value: alt || host || source }];
  if (host === "") return { type: "element", tagName: "span", properties: {}, children: words };
  const link: Element = {
    type: "element",
    tagName: "a",
    properties: { href: source, dataImageHost: host },
    children: words,
  };
  return link;
}

/** Options under which `rehype-harden` runs: any http(s) or mail link, images of this origin only. */
export function hardenLinks() {
  return harden({
    defaultOrigin: location.origin,
    allowedLinkPrefixes: ["*"],
    allowedImagePrefixes: [`${location.origin}/api/`],
    allowDataImages: true,
    linkBlockPolicy: "text-only",
    imageBlockPolicy: "text-only",
  });
}
