/** Puts text on the clipboard, also where the page is served over plain HTTP and the modern interface is missing. */
export async function copyText(text: string): Promise<void> {
  // Typed as always there, but browsers leave it out on insecure origins.
  if (navigator.clipboard as Clipboard | undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.style.position = "fixed";
  area.style.opacity = "0";
  const focused = document.activeElement;
  document.body.append(area);
  let copied = false;
  try {
    area.select();
    copied = document.execCommand("copy");
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
  if (!copied) throw new Error("The browser did not allow copying.");
}
