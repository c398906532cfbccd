import { Button as Plain, type ButtonProps, Loader } from "@mantine/core";
import { useMergedRef } from "@mantine/hooks";
import type { ComponentPropsWithoutRef, MouseEvent, Ref } from "react";
import { Link } from "react-router";

import { useLostContact } from "../lib/connection";
import { useRestoreFocus } from "../lib/focus";

type Look = Omit<ButtonProps, "loading" | "loaderProps" | "disabled" | "data-disabled">;

interface Props extends Look, Omit<ComponentPropsWithoutRef<"button">, keyof ButtonProps> {
  /** The button sends a change: disabled while the connection is lost. Submit buttons are by default. */
  sends?: boolean;
  /** The action is running: shows a loader and ignores further presses. */
  loading?: boolean;
  disabled?: boolean;
  ref?: Ref<HTMLButtonElement>;
  "data-testid"?: string;
  "data-autofocus"?: boolean;
}

/**
 * A button that keeps the focus while disabled, which a natively disabled one would lose. If it
 * is removed after it was pressed, the focus moves to its container.
 */
export function Button({ loading = false, disabled = false, onClick, children, ref, sends, ...look }: Props) {
  const isLost = useLostContact();
  const isLocked = isLost && (sends ?? look.type === "submit");
  const own = useRestoreFocus<HTMLButtonElement>();
  const both = useMergedRef(own, ref);
  const off = loading || disabled || isLocked;

  function press(event: MouseEvent<HTMLButtonElement>) {
    if (off)
      event.preventDefault(); // do not submit the form
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
  /** The link leads to the server, not to a page; with a file name, the response is downloaded. */
  reload?: boolean;
  download?: string;
  "data-testid"?: string;
}

/** A link to another page that looks like a button. */
export function LinkButton({ reload = false, ...target }: Target) {
  return <Plain component={Link} reloadDocument={reload} {...target} />;
}
