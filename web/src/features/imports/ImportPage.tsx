import { Alert, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { Button, LinkButton } from "../../components/Button";
import { FormProblem } from "../../components/FormProblem";
import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import { counted } from "../../lib/format";
import { Gate } from "../access/Gate";
import { InviteButton } from "../bulk/InviteButton";
import { ChooseFile } from "./ChooseFile";
import { Columns } from "./Columns";
import { Corrections } from "./Corrections";
import { DateOrderChoice } from "./DateOrderChoice";
import { FreshRows, KnownRows } from "./Rows";
import { useImport } from "./useImport";

const FLAG = "mvp_client_management";

/** Clients from a spreadsheet: look first, correct, then import (M10). */
export function ImportPage() {
  return (
    <Page
      title="Import clients"
      aside={
        <LinkButton to="/clients" variant="default">
          Back to your clients
        </LinkButton>
      }
    >
      <Gate flag={FLAG}>
        <Import />
      </Gate>
    </Page>
  );
}

function Import() {
  const state = useImport();
  const { file, preview, made, problem, busy } = state;
  return (
    <>
      <ChooseFile file={file} busy={busy} onChoose={(chosen) => state.choose(chosen)} />
      <FormProblem>{problem}</FormProblem>
      {made && <Result state={state} />}
      {file && preview && (
        <>
          {preview.asksDateOrder || state.choices.dateOrder ? <DateOrderChoice state={state} /> : null}
          {!made && (
            <Columns preview={preview} chosen={state.choices.columns} onChange={(changed) => state.change(changed)} />
          )}
          <Found state={state} />
        </>
      )}
    </>
  );
}

type State = ReturnType<typeof useImport>;

/** The rows, and what can be done with them now. */
function Found({ state }: { state: State }) {
  const { file, preview, made, choices } = state;
  const [correcting, setCorrecting] = useState(0); // a new form for each answer
  if (!file || !preview) return null;
  const blocked = preview.needsNames || preview.asksDateOrder;
  return (
    <>
      {preview.newRows > 0 && (
        <Section
          title={counted(preview.newRows, "new client")}
          aside={
            <Button
              sends
              loading={state.busy}
              disabled={blocked}
              onClick={() => void state.run()}
              data-testid="import-now"
            >
              {`Import ${counted(preview.newRows, "client")}`}
            </Button>
          }
        >
          <FreshRows rows={preview.fresh} total={preview.newRows} />
        </Section>
      )}
      {preview.withErrors > 0 && !preview.needsNames && (
        <Section
          title={counted(preview.withErrors, "row with problems", "rows with problems")}
          aside={
            <Button
              variant="default"
              size="xs"
              onClick={() => void state.downloadRemaining()}
              data-testid="download-rows"
            >
              Download these rows
            </Button>
          }
        >
          <Text size="sm" c="dimmed">
            Correct them here, or in the file that you download, and import them now or later. Nothing is lost, and
            nobody is added twice.
          </Text>
          <Corrections
            key={`${file.digest}-${correcting}`}
            preview={preview}
            digest={file.digest}
            given={choices.corrections}
            busy={state.busy}
            onCheck={async (edits) => {
              if (await state.correct(edits)) setCorrecting((count) => count + 1);
            }}
          />
        </Section>
      )}
      {preview.alreadyThere > 0 && (
        <Section title={`${counted(preview.alreadyThere, "client")} already there`}>
          <KnownRows rows={preview.known} total={preview.alreadyThere} />
        </Section>
      )}
      {!made && preview.newRows === 0 && preview.withErrors === 0 && (
        <Text c="dimmed">All clients of this file are there already.</Text>
      )}
    </>
  );
}

function Result({ state }: { state: State }) {
  const { made } = state;
  if (!made) return null;
  return (
    <Alert color="green" role="status" data-testid="import-result" title={`${counted(made.added, "client")} added`}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {made.alreadyThere > 0 &&
            `${counted(made.alreadyThere, "client")} of the file ${made.alreadyThere === 1 ? "was" : "were"} there already. `}
          {made.withErrors > 0 &&
            `${counted(made.withErrors, "row")} could not be imported and can be corrected below.`}
        </Text>
        <Group gap="xs">
          {made.added > 0 && <InviteButton importId={made.id} count={made.added} />}
          <LinkButton to="/clients" variant="default" data-testid="to-clients">
            See your clients
          </LinkButton>
        </Group>
      </Stack>
    </Alert>
  );
}
