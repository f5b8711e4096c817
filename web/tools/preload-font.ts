import type { Plugin } from "vite";

/**
 * Asks for the text font in the page's head, so that it comes together with the styles that name it and not
 * after them: the text is drawn once.
 */
export function preloadFont(name: RegExp): Plugin {
  return {
    name: "kuma-preload-font",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const file = Object.keys(bundle ?? {}).find((path) => name.test(path));
        if (file === undefined) throw new Error(`the build has no font like ${name}`);
        return [
          {
            tag: "link",
            injectTo: "head",
            attrs: { rel: "preload", href: `/${file}`, as: "font", type: "font/woff2", crossorigin: "" },
          },
        ];
      },
    },
  };
}
