import { NativeSelect, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import type { ImportField } from "../../gql/graphql";
import { type Choices, FIELDS, NOT_IMPORTED, type Preview, withColumn } from "./fields";

const ENCODINGS = { UTF_8: "UTF-8", UTF_16: "UTF-16", WINDOWS_1252: "Windows-1252" } as const;
const DELIMITERS = { COMMA: "commas", SEMICOLON: "semicolons", TAB: "tabs" } as const;
const DATA = [
  { value: "", label: NOT_IMPORTED },
  ...Object.entries(FIELDS).map(([value, label]) => ({ value, label })),
];

const HEADER = [
  { value: "true", label: "Names the columns" },
  { value: "false", label: "Is the first couple" },
];
const GRID = {
  display: "grid",
  gap: "var(--mantine-spacing-md)",
  gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 17rem), 1fr))",
};

interface Props {
  preview: Preview;
  chosen: Choices["columns"];
  onChange: (changes: Partial<Choices>) => Promise<void>;
}

/** The detected meaning of each column, which the supplier can correct. */
export function Columns({ preview, chosen, onChange }: Props) {
  const { hasHeader, needsNames } = preview;
  // A choice applies at once: the next one builds on it, not on the response to the previous one.
  const columns = preview.columns.map((column, index) => ({
    ...column,
    field: chosen ? (chosen[index] ?? null) : column.field,
  }));
  return (
    <Section title="Columns">
      <Text size="sm" c="dimmed">
        Read as {ENCODINGS[preview.encoding]} with {DELIMITERS[preview.delimiter]} between the cells.
      </Text>
      {needsNames && (
        <Text size="sm" c="var(--warn)" role="alert">
          Say which column holds the names of the couple.
        </Text>
      )}
      <div style={GRID} data-testid="import-columns">
        {columns.map(({ position, header, field, samples }) => (
          <NativeSelect
            key={position}
            label={header === null || header === "" ? `Column ${position}` : header}
            data={DATA}
            value={field ?? ""}
            description={samples.join(" · ") || "No cell of it is filled."}
            onChange={(event) =>
              void onChange({ columns: withColumn(columns, position, fieldOf(event.currentTarget.value)) })
            }
            styles={{ description: { overflowWrap: "anywhere" }, label: { overflowWrap: "anywhere" } }}
          />
        ))}
      </div>
      <NativeSelect
        label="First row"
        data={HEADER}
        value={String(hasHeader)}
        maw={320}
        onChange={(event) => void onChange({ hasHeader: event.currentTarget.value === "true" })}
      />
    </Section>
  );
}

function fieldOf(value: string): ImportField | null {
  return value === "" ? null : (value as ImportField);
}
