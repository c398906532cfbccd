import type { DateOrder, ImportField, ImportPreviewFieldsFragment } from "../../gql/graphql";

export type Preview = ImportPreviewFieldsFragment;

/** What a column can be, in the order of a form. */
export const FIELDS: Readonly<Record<ImportField, string>> = {
  COUPLE_NAMES: "Names of the couple",
  PARTNER1_NAME: "Name of one partner",
  PARTNER2_NAME: "Name of the other partner",
  EMAIL: "E-mail",
  WEDDING_DATE: "Day of the wedding",
  NOTES: "Notes",
};

export const NOT_IMPORTED = "Not imported";

export interface Correction {
  readonly row: number;
  readonly field: ImportField;
  readonly value: string;
}

/** What the supplier chose; what is left out is detected. */
export interface Choices {
  readonly columns?: readonly (ImportField | null)[];
  readonly hasHeader?: boolean;
  readonly dateOrder?: DateOrder;
  readonly corrections: readonly Correction[];
}

/** The columns after one of them was chosen; a field moves to the column that was chosen last. */
export function withColumn(
  columns: readonly Pick<Preview["columns"][number], "position" | "field">[],
  position: number,
  field: ImportField | null,
): (ImportField | null)[] {
  return columns.map((column) => {
    if (column.position === position) return field;
    return column.field === field ? null : column.field;
  });
}

/** Later corrections of a cell replace earlier ones. */
export function merged(before: readonly Correction[], edits: Readonly<Record<string, string>>): Correction[] {
  const cells = new Map(before.map((item) => [cellOf(item.row, item.field), item]));
  for (const [cell, value] of Object.entries(edits)) {
    const [row, field] = cell.split(":");
    cells.set(cell, { row: Number(row), field: field as ImportField, value });
  }
  return [...cells.values()];
}

export function cellOf(row: number, field: ImportField): string {
  return `${row}:${field}`;
}
