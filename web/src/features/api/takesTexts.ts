/**
 * Whether this server runs texts that it does not know. With TRUSTED_DOCUMENTS_ONLY the explorer and
 * tools whose documents are not listed can ask nothing; the server says so in the page itself.
 */
export function takesTexts(): boolean {
  return document.querySelector<HTMLMetaElement>("meta[name=documents]")?.content !== "trusted";
}
