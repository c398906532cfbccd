import { useEffect } from "react";
import type { CombinedError } from "urql";

import { Button } from "../components/Button";
import { Notice } from "../components/Notice";
import { useSession } from "../features/session/session";
import { pollWhileVisible } from "../lib/pageVisibility";
import { whyNot } from "../lib/queryStatus";

const AGAIN_MS = 5000;

/** Shown when the viewer cannot be read from the server; retries until it answers. */
export function Unreachable({ error }: { error: CombinedError }) {
  const { renew } = useSession();
  useEffect(() => {
    return pollWhileVisible(AGAIN_MS, () => void renew());
  }, [renew]);
  return (
    <main>
      <Notice title="The server does not answer" text={`${whyNot(error)} Trying again every 5 s.`}>
        <Button onClick={() => void renew()}>Try now</Button>
      </Notice>
    </main>
  );
}
