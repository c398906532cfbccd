import { Modal, type ModalProps } from "@mantine/core";

import { useEffect, useState } from "react";

import { useFocusReturn } from "../lib/focus";
import { NoContact } from "./NoContact";

/** Milliseconds; the second press of a double click comes sooner. */
const STEADY_MS = 500;

/**
 * A dialog that is open while it is mounted. The focus returns to the element that had it. A press
 * outside closes it, except the second press of a double click on the button that opened it.
 */
export function Dialog(props: Omit<ModalProps, "opened">) {
  useFocusReturn();
  const [steady, setSteady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSteady(true), STEADY_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Modal {...props} opened returnFocus={false} closeOnClickOutside={steady}>
      <NoContact />
      {props.children}
    </Modal>
  );
}
