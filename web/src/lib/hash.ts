/**
 * The id of a trusted document (documents.json): its SHA-256. Empty where the text
 * has to be sent instead: in development, where documents change while the server runs, and on a page that
 * was loaded over plain HTTP from another host, where browsers provide no SHA-256.
 */
export async function hashOf(text: string): Promise<string> {
  if (import.meta.env.DEV || !("subtle" in crypto)) return "";
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
