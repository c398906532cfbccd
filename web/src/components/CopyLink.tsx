import { CopyButton, Group, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { Button } from "./Button";

/** A link to share. If the browser does not let pages copy, it can be selected and copied. */
export function CopyLink({ label, url }: { label: string; url: string }) {
  return (
    <Group align="end" gap="xs" wrap="nowrap">
      <TextInput
        label={label}
        value={url}
        readOnly
        flex={1}
        data-testid="invitation-link"
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={url} timeout={3000}>
        {({ copied, copy }) => (
          <Button
            onClick={copy}
            variant={copied ? "light" : "filled"}
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
