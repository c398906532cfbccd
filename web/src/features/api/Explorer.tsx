import "graphiql/style.css";

import { useComputedColorScheme } from "@mantine/core";
import { GraphiQL } from "graphiql";
import { useEffect, useMemo, useRef } from "react";

import { createExplorerFetcher } from "./fetcher";
import { named } from "./named";

const WELCOME = `# Every field says in the documentation (left) what it needs and means.
# Ctrl-Enter runs what the cursor is in; "subscription" stays open.
query Overview {
  systemHealth { overall checks { name status responseTimeMs } }
  launchPhases { key status availableActions }
}

subscription Events {
  launchEvents { at summary }
}
`;

/** Needs nothing from other servers: a launch may run in a closed network. */
export function Explorer() {
  const scheme = useComputedColorScheme("dark");
  const { fetcher, close } = useMemo(() => createExplorerFetcher(), []);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => close, [close]);
  useEffect(() => (frame.current ? named(frame.current) : undefined), []);
  return (
    <div className="explorer" data-testid="explorer" ref={frame}>
      <GraphiQL
        fetcher={fetcher}
        defaultQuery={WELCOME}
        forcedTheme={scheme}
        defaultEditorToolsVisibility={false}
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
      />
    </div>
  );
}
