/** What the server takes at most: it says so again, but only after the file has travelled. */
export const MAX_BYTES = 600_000;
const DOWNLOAD_MS = 60_000;
const PART = 99_000; // of base64, whole groups of four characters
const PART_BYTES = (PART / 4) * 3;

export interface ChosenFile {
  readonly name: string;
  readonly parts: readonly string[];
  /** The same for the same bytes: corrections belong to them. */
  readonly digest: string;
}

/** Why a file is not sent at all. */
export function tooLarge(bytes: number): string | undefined {
  if (bytes === 0) return "The file is empty.";
  if (bytes <= MAX_BYTES) return undefined;
  return `The file has ${bytes.toLocaleString()} bytes; at most ${MAX_BYTES.toLocaleString()} are allowed. Split it into smaller files.`;
}

/** Bytes as base64, cut where the server wants it. */
export function partsOf(bytes: Uint8Array): string[] {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    parts.push(base64(bytes.subarray(start, start + PART_BYTES)));
  }
  return parts;
}

/** FNV-1a: not a secret, and there without TLS. */
export function digestOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${(hash >>> 0).toString(16)}-${bytes.length}`;
}

export async function chosen(file: File): Promise<ChosenFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name.slice(0, 200), parts: partsOf(bytes), digest: digestOf(bytes) };
}

/** Give the reader a file. Its mark tells spreadsheets that it is UTF-8. */
export function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS); // the browser reads it after the click
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}
