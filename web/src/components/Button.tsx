import { Button as Plain, type ButtonProps, Loader } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import type { ComponentPropsWithoutRef, MouseEvent, Ref } from "react";
import { Link } from "react-router";

import { useLostContact } from "../lib/connection";
import { useRestoreFocus } from "../lib/focus";

type Look = Omit<ButtonProps, "loading" | "loaderProps" | "disabled" | "data-disabled">;

interface Props extends Look, Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> {
  /** A press sends a change: locked while there is no contact. Those of forms are so by themselves. */
  sends?: boolean;
  /** Its work is being done: it shows so, and another press does nothing. */
  loading?: boolean;
  disabled?: boolean;
  ref?: Ref<HTMLButtonElement>;
  "data-testid"?: string;
  "data-autofocus"?: boolean;
}

/**
 * A button that never loses the focus: one that is disabled in the browser's own way would. Where it
 * goes away after it was pressed, what it stood in has the focus.
 */
export function Button({ loading = false, disabled = false, onClick, children, ref, sends, ...look }: Props) {
  const isLost = useLostContact();
  const isLocked = isLost && (sends ?? look.type === "submit");
  const own = useRestoreFocus<HTMLButtonElement>();
  const both = useMergedRef(own, ref);
  const off = loading || disabled || isLocked;

  function press(event: MouseEvent<HTMLButtonElement>) {
    if (off)
      event.preventDefault(); // of a form, it sends nothing
    else onClick?.(event);
  }

  return (
    <Plain
      {...look}
      ref={both}
      onClick={press}
      {...(off && { "aria-disabled": true })}
      {...(loading && { "aria-busy": true })}
      {...((disabled || isLocked) && { "data-disabled": true })}
      {...(isLocked && { title: "Locked: no contact with the server" })}
    >
      {children}
      {loading && (
        <span className="button-busy">
          <Loader size="1.1em" color="var(--button-color)" aria-hidden />
        </span>
      )}
    </Plain>
  );
}

interface Target extends Look {
  to: string;
  children: string;
  /** The server answers it, not a page; with the name that a file gets, it is kept as one. */
  reload?: boolean;
  download?: string;
  "data-testid"?: string;
}

/** Looks like a button, leads to another page. */
export function LinkButton({ reload = false, ...target }: Target) {
  return <Plain component={Link} reloadDocument={reload} {...target} />;
}
