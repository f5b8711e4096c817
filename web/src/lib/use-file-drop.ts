import { useEffect, useRef, useState } from "react";
import { droppedFiles, hasFiles } from "./files";

interface FileDrop {
  onFiles: (files: File[]) => void;
  /** Part of what was dropped could not be read. */
  onUnreadable?: () => void;
}

/** Takes files that are dropped anywhere on the page while this is mounted. True while files are held over it. */
export function useFileDrop({ onFiles, onUnreadable }: FileDrop, enabled = true): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef({ onFiles, onUnreadable });
  useEffect(() => {
    latest.current = { onFiles, onUnreadable };
  });
  useEffect(() => {
    if (!enabled) return;
    // Entering a child is told before leaving its parent: the count says whether the page was left.
    let depth = 0;
    const onEnter = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    };
    const onLeave = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      // Somebody nearer took it.
      if (event.defaultPrevented || !hasFiles(event.dataTransfer) || event.dataTransfer === null) return;
      event.preventDefault();
      droppedFiles(event.dataTransfer).then(
        (files) => files.length > 0 && latest.current.onFiles(files),
        () => latest.current.onUnreadable?.(),
      );
    };
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragover", onOver);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("drop", onDrop);
    return () => {
      setOver(false);
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("drop", onDrop);
    };
  }, [enabled]);
  return over;
}
