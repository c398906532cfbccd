import { useRef, useState } from "react";
import type { CombinedError } from "urql";
import { useMutation } from "urql";

import type { ImportClientsMutation as Done } from "../../gql/graphql";
import { type FieldFailure, wholeFormProblem } from "../../lib/forms";
import { useIdempotencyKeys } from "../../lib/ids";
import { type Choices, merged, type Preview } from "./fields";
import { chosen, type ChosenFile, download, tooLarge } from "./file";
import { ImportClientsMutation, PreviewImportMutation, RemainingRowsMutation } from "./imports.graphql";

type Made = Done["importClients"]["clientImport"];
interface Answer {
  readonly preview: Preview | null;
  readonly clientImport?: Made;
  readonly errors: readonly FieldFailure[];
}

const NOTHING: Choices = { corrections: [] };

/** The file that was chosen, what was chosen for it, and what the server says about it. */
export function useImport() {
  const [file, setFile] = useState<ChosenFile>();
  const [choices, setChoices] = useState<Choices>(NOTHING);
  const [preview, setPreview] = useState<Preview>();
  const [made, setMade] = useState<Made>();
  const [problem, setProblem] = useState<string>();
  const [looking, look] = useMutation(PreviewImportMutation);
  const [running, importAll] = useMutation(ImportClientsMutation);
  const [, readRemaining] = useMutation(RemainingRowsMutation);
  const keys = useIdempotencyKeys();
  const newest = useRef(0); // answers to earlier choices that come late are not shown

  function take(payload: Answer | undefined, error: CombinedError | undefined): boolean {
    setProblem(wholeFormProblem(error, payload?.errors));
    if (!payload?.preview) return false;
    setPreview(payload.preview);
    if (payload.clientImport) setMade(payload.clientImport);
    return true;
  }

  async function show(sent: ChosenFile, wanted: Choices): Promise<boolean> {
    const turn = ++newest.current;
    const { data, error } = await look({ parts: [...sent.parts], input: inputOf(sent, wanted) });
    return turn === newest.current && take(data?.previewClientImport, error);
  }

  return {
    file,
    choices,
    preview,
    made,
    problem,
    busy: looking.fetching || running.fetching,

    async choose(picked: File | null) {
      setPreview(undefined);
      setMade(undefined);
      setChoices(NOTHING);
      setFile(undefined);
      setProblem(picked ? tooLarge(picked.size) : undefined);
      if (!picked || tooLarge(picked.size)) return;
      const sent = await chosen(picked);
      setFile(sent);
      await show(sent, NOTHING);
    },

    async change(changes: Partial<Choices>) {
      if (!file) return;
      const wanted = { ...choices, ...changes };
      setChoices(wanted);
      await show(file, wanted);
    },

    async correct(edits: Readonly<Record<string, string>>): Promise<boolean> {
      if (!file) return false;
      const wanted = { ...choices, corrections: merged(choices.corrections, edits) };
      if (!(await show(file, wanted))) return false;
      setChoices(wanted);
      return true;
    },

    async run() {
      if (!file) return;
      const input = inputOf(file, choices);
      newest.current += 1;
      const key = keys.keyOf({ digest: file.digest, input });
      const { data, error } = await importAll({ parts: [...file.parts], input, key });
      if (take(data?.importClients, error) && !error) keys.done();
    },

    async downloadRemaining() {
      if (!file) return;
      const { data, error } = await readRemaining({ parts: [...file.parts], input: inputOf(file, choices) });
      const text = data?.previewClientImport.preview?.remainingCsv;
      setProblem(wholeFormProblem(error, data?.previewClientImport.errors));
      if (text) download(text, `to correct - ${file.name}`);
    },
  };
}

function inputOf({ name }: ChosenFile, { columns, hasHeader, dateOrder, corrections }: Choices) {
  return {
    fileName: name,
    columns: columns ? [...columns] : null,
    hasHeader: hasHeader ?? null,
    dateOrder: dateOrder ?? null,
    corrections: [...corrections],
  };
}
