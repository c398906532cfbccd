import { Card, Radio, Stack } from "@mantine/core";

import type { Choices } from "./fields";

interface Props {
  state: { choices: Choices; change: (changes: Partial<Choices>) => Promise<void> };
}

/** Asked once for the file, and never guessed: 03/04 may be in March or in April. */
export function DateOrderChoice({ state: { choices, change } }: Props) {
  return (
    <Card component="section" aria-label="Order of dates" data-testid="date-order">
      <Radio.Group
        label="What comes first in the dates of this file?"
        value={choices.dateOrder ?? null}
        description="Some can be read in two ways, such as 03/04/2027."
        onChange={(value) => void change({ dateOrder: value })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="DAY_FIRST" label="The day: 03/04/2027 is 3 April" />
          <Radio value="MONTH_FIRST" label="The month: 03/04/2027 is March 4" />
        </Stack>
      </Radio.Group>
    </Card>
  );
}
