import { Fragment } from "react";

import { parted } from "../lib/format";

/** A key or an address that breaks between its parts when a line is too short. */
export function BreakableText({ text }: { text: string }) {
  return parted(text).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
