/** What a message may hold, in bytes of UTF-8; the same number is in domain/marketplace/message_text.py. */
export const MAX_BYTES = 8_000;

const encoder = new TextEncoder();

/** How many bytes a text is too long; 0 where it fits. */
export function bytesTooMany(text: string): number {
  return Math.max(0, encoder.encode(text.trim().normalize("NFC")).length - MAX_BYTES);
}
