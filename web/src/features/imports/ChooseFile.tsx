import { Card, FileInput, Stack, Text } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";

import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import type { ChosenFile } from "./file";

interface Props {
  file: ChosenFile | undefined;
  busy: boolean;
  onChoose: (file: File | null) => Promise<void>;
}

/** Nothing is imported by choosing: the file is looked at first. */
export function ChooseFile({ file, busy, onChoose }: Props) {
  return (
    <Card>
      <Stack gap="xs">
        <FileInput
          label="CSV file"
          placeholder="Choose a file"
          accept=".csv,.txt,.tsv,text/csv"
          clearable
          leftSection={<IconFileSpreadsheet size={18} aria-hidden />}
          data-testid="import-file"
          description="Save your spreadsheet as CSV. Up to 2,000 rows, one couple in each; the first row names the columns."
          onChange={(picked) => void onChoose(picked)}
          clearButtonProps={{ "aria-label": "Remove the file" }}
        />
        <Text size="sm" c="dimmed">
          You see what would be imported before anything is.
        </Text>
        {busy && !file && <LoadingSkeleton what="The file" height={40} />}
      </Stack>
    </Card>
  );
}
