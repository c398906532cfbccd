import { setNonce } from "get-nonce";

/** The nonce of this page: style elements without it are refused by its policy. */
export const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";

setNonce(nonce); // for the style element with which dialogs prevent scrolling
