import { TagsInput, type TagsInputProps } from "@mantine/core";

const KNOWN = ["supplier", "couple", "photographer", "venue", "catering", "florist", "music", "other"];

/** The groups and users that may have the flag; empty means everybody. */
export function GroupsInput(props: TagsInputProps) {
  return (
    <TagsInput
      label="Target groups"
      data={KNOWN}
      clearable
      splitChars={[",", " "]}
      description="Empty: everybody. user:ID includes a user whatever the percentage, !user:ID excludes one."
      {...props}
    />
  );
}
