import assert from "node:assert/strict";
import { ChatPage } from "../lib/chat.js";
import { findViolations } from "../lib/axe.js";
import { scenarios } from "../lib/scenario.js";
import { until, untilEqual } from "../lib/wait.js";

const scenario = scenarios({ url: import.meta.url });

/** A JPEG of the browser's own making, with a comment as cameras write them. */
async function photograph(page, { width = 900, height = 600, comment = "taken at a secret place" } = {}) {
  const base64 = await page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w, h);
      const context = canvas.getContext("2d");
      context.fillStyle = "#7c9a6b";
      context.fillRect(0, 0, w, h);
      context.fillStyle = "#6b4a2f";
      context.beginPath();
      context.arc(w / 2, h / 2, h / 3, 0, Math.PI * 2);
      context.fill();
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [width, height],
  );
  const jpeg = Buffer.from(base64, "base64");
  const words = Buffer.from(comment);
  const head = Buffer.from([0xff, 0xfe, 0, words.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, words, jpeg.subarray(2)]);
}

/** Has the page's window or an element get files as if they were dropped or pasted. */
async function give(page, kind, files) {
  const carried = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, data: buffer.toString("base64") }));
  await page.evaluate(
    ([how, list]) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, data } of list) {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const options = { bubbles: true, cancelable: true };
      if (how === "paste") {
        const event = new ClipboardEvent("paste", { ...options, clipboardData: transfer });
        document.activeElement.dispatchEvent(event);
        return;
      }
      for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { ...options, dataTransfer: transfer }));
      }
    },
    [kind, carried],
  );
}

const attached = (page) => page.getByRole("list", { name: "Attached to this message" }).getByRole("listitem");

/** The images of the last request that has any, decoded. */
async function shownToModel(upstream) {
  const requests = (await upstream.requests()).map((request) => JSON.stringify(request.body));
  const last = requests.findLast((body) => body.includes("data:image/")) ?? "";
  return [...last.matchAll(/data:image\/(?:jpeg|png);base64,([\w+/=]+)/g)].map((match) => Buffer.from(match[1], "base64"));
}

scenario("images are pasted, dropped and picked, survive a reload, and reach the model without what the camera wrote", async ({ kuma, upstream, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.focus();
  const file = { name: "bear.jpg", mimeType: "image/jpeg", buffer: await photograph(page) };
  assert.ok(file.buffer.includes("secret place"));
  await give(page, "paste", [file]);
  await untilEqual("the pasted image", () => attached(page).count(), 1);
  await give(page, "drop", [{ ...file, name: "dropped.jpg" }]);
  await untilEqual("the dropped image", () => attached(page).count(), 2);
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByRole("menuitem", { name: "Upload files" }).click();
  await (await choosing).setFiles({ ...file, name: "picked.jpg" });
  await untilEqual("the picked image", () => attached(page).count(), 3);

  await page.getByRole("button", { name: "Alt text: describe bear.jpg" }).click();
  await page.getByRole("textbox", { name: "Description" }).fill("A brown bear in a meadow");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Remove dropped.jpg" }).click();
  await untilEqual("one less", () => attached(page).count(), 2);
  await chat.composer.fill("What is this?");
  await page.getByRole("img", { name: "A brown bear in a meadow" }).waitFor();
  // What was typed is kept a moment after it was typed.
  await until("the draft is kept", () => page.evaluate(() => Object.entries(localStorage).some(([key, value]) => key.startsWith("kuma.draft.") && value.includes("What is this?"))));

  await page.reload();
  await untilEqual("the draft's images", () => attached(page).count(), 2);
  await page.getByRole("img", { name: "A brown bear in a meadow" }).waitFor();
  await untilEqual("the draft's text", () => chat.composer.inputValue(), "What is this?");
  assert.deepEqual(await findViolations(page), []);
  await chat.composer.press("Enter");
  await chat.answered();
  await untilEqual("nothing is attached any more", () => attached(page).count(), 0);

  const images = await shownToModel(upstream);
  assert.equal(images.length, 2);
  for (const image of images) {
    assert.deepEqual([...image.subarray(0, 2)], [0xff, 0xd8]);
    assert.ok(!image.includes("secret place"), "what the camera wrote is gone");
  }

  // As the server gives them, after a reload.
  await page.reload();
  const thumbnail = chat.messages.first().getByRole("img", { name: "A brown bear in a meadow" });
  await thumbnail.waitFor();
  await until("it is drawn", () => thumbnail.evaluate((image) => image.complete && image.naturalWidth > 0));
  assert.ok((await thumbnail.getAttribute("src")).startsWith("blob:"));
  const [message] = await kuma.messages(person, await chat.chatId());
  assert.deepEqual(
    message.imageAttachments.map(({ mimeType, width, height, alt }) => [mimeType, width, height, alt]),
    [["image/jpeg", 900, 600, "A brown bear in a meadow"], ["image/jpeg", 900, 600, undefined]],
  );
  assert.deepEqual(await findViolations(page), []);

  await page.getByRole("button", { name: "Open A brown bear in a meadow" }).click();
  const large = page.getByRole("dialog", { name: "A brown bear in a meadow" });
  await large.getByRole("img").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "Image 2 of 2" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

scenario("a file that cannot be sent says why, and the rest of the message goes", async ({ kuma, open }) => {
  const person = await kuma.person();
  const page = await open({ person, path: "/chat" });
  const chat = new ChatPage(page);
  await chat.composer.focus();
  await give(page, "paste", [
    { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") },
    { name: "phone.heic", mimeType: "image/heic", buffer: Buffer.from("x") },
  ]);
  await page.getByText("broken.png: it is damaged").waitFor();
  await page.getByText("phone.heic: images of this kind").waitFor();
  await page.getByRole("button", { name: "Dismiss the note on broken.png" }).click();
  await chat.ask("Hello");
  assert.deepEqual((await kuma.messages(person, await chat.chatId()))[0].imageAttachments, []);
});
