import { Modal, type ModalProps } from "@mantine/core";

import { useFocusReturn } from "../lib/focus";

/** A dialog that is open as long as it is there. Whoever had the focus before gets it back. */
export function Dialog(props: Omit<ModalProps, "opened">) {
  useFocusReturn();
  return <Modal {...props} opened returnFocus={false} />;
}
