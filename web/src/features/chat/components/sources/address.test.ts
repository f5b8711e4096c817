import { expect, it } from "vitest";
import { hostOf, isWeb, targetOf, withQuote } from "./address";

const citation = { index: 1, title: "T", quote: "food is scarce" };

it("leads to the quoted words of a page", () => {
  expect(withQuote("https://a.example/x", "food - is, scarce")).toBe(
    "https://a.example/x#:~:text=food%20%2D%20is%2C%20scarce",
  );
  expect(withQuote("https://a.example/x#part", "food")).toBe("https://a.example/x#part:~:text=food");
  const long = Array.from({ length: 60 }, (_, index) => `w${index}`).join(" ");
  expect(withQuote("https://a.example/", long)).toBe(
    "https://a.example/#:~:text=w0%20w1%20w2%20w3%20w4%20w5,w54%20w55%20w56%20w57%20w58%20w59",
  );
});

it("leads to the page of a document, and never elsewhere than to the web or a document", () => {
  expect(targetOf({ ...citation, documentId: "d1", page: 12 })).toEqual({
    kind: "document",
    to: "/documents/d1?page=12&quote=food+is+scarce",
  });
  expect(targetOf({ ...citation, url: "javascript:alert(1)" })).toBeNull();
  expect(targetOf({ ...citation, url: "file:///etc/passwd" })).toBeNull();
  expect(targetOf(citation)).toBeNull();
  expect([isWeb("https://a.example"), isWeb("ftp://a.example")]).toEqual([true, false]);
  expect([hostOf("https://www.a.example/x"), hostOf("nowhere")]).toEqual(["a.example", ""]);
});
