import { Fragment } from "react";

import { parted } from "../lib/words";

/** A key or an address; where a line is too short for it, it breaks between its parts, not within one. */
export function Long({ text }: { text: string }) {
  return parted(text).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
