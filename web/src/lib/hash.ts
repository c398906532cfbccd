/**
 * The name by which the server knows a document (documents.json): its SHA-256. Empty where the text
 * is to be sent instead: in development, where documents change under the server, and on a page that
 * came over plain http from another machine, to which browsers give no SHA-256.
 */
export async function hashOf(text: string): Promise<string> {
  if (import.meta.env.DEV || !("subtle" in crypto)) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
