/** Files that a person drops or pastes. */

const MOST_FILES = 500;

/** The files of a drop, those in dropped folders too (at most 500). Hidden files and empty names are left out. */
export async function droppedFiles(data: DataTransfer): Promise<File[]> {
  // Entries can be asked for only while the event is handled; reading them may take longer.
  const entries = [...data.items].map((item) =>
    item.kind === "file" ? (item.webkitGetAsEntry?.() ?? item.getAsFile()) : null,
  );
  const files: File[] = [];
  for (const entry of entries) {
    if (entry instanceof File) files.push(entry);
    else if (entry !== null) await collect(entry, files);
  }
  return files.slice(0, MOST_FILES);
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST_FILES || entry.name.startsWith(".")) return;
  if (entry.isFile) {
    files.push(
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    );
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  while (true) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const child of batch) await collect(child, files);
  }
}

/** Whether what is dragged over the page has files in it. */
export function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes("Files") ?? false;
}
