import { useEffect, useEffectEvent, useRef, useState } from "react";

import { drafts } from "./drafts";

export interface Draft {
  /** The form shows a restored draft. */
  readonly restored: boolean;
  /** Discard the draft and restore the stored values. */
  readonly discard: () => void;
  /** The form was submitted: delete the draft and the guard. Call this before leaving the page. */
  readonly done: () => void;
}

interface Options {
  /** Fields that are never stored, such as passwords. */
  readonly secrets?: readonly string[];
  /** False: the page may be left without a confirmation, such as the log-in page. */
  readonly guards?: boolean;
}

/** Stores the input of a form in this tab, and asks before the page is left with unsaved input (U3). */
export function useDraft<V extends object>(
  name: string,
  values: V,
  restore: (values: V) => void,
  isDirty: boolean,
  { secrets = [], guards = true }: Options = {},
): Draft {
  const initial = useRef(values);
  const [found, setFound] = useState(() => drafts.read(name));
  const isRestored = useRef(found === undefined);
  const sent = useRef<string>(undefined);
  const text = JSON.stringify(kept(values, secrets));

  const putBack = useEffectEvent(() => {
    if (found !== undefined) restore({ ...initial.current, ...found });
  });
  useEffect(() => putBack(), []);
  useEffect(() => {
    if (!isRestored.current) {
      // the draft is being restored into the form
      isRestored.current = true;
      return;
    }
    const holds = isDirty && sent.current !== text;
    if (holds) {
      sent.current = undefined;
      drafts.write(name, JSON.parse(text) as object);
    } else drafts.drop(name);
    drafts.guard(name, holds && guards);
  }, [name, text, isDirty, guards]);
  useEffect(() => () => drafts.guard(name, false), [name]);

  return {
    restored: found !== undefined && isDirty,
    discard: () => {
      setFound(undefined);
      restore(initial.current);
    },
    done: () => {
      sent.current = text;
      setFound(undefined);
      drafts.drop(name);
      drafts.guard(name, false);
    },
  };
}

/** What `useDraft` needs of Mantine's form. */
interface MantineForm<V> {
  readonly values: V;
  readonly setValues: (values: V) => void;
  readonly isDirty: () => boolean;
}

export function useFormDraft<V extends object>(name: string, form: MantineForm<V>, options?: Options): Draft {
  return useDraft(name, form.values, (values) => form.setValues(values), form.isDirty(), options);
}

/** The values without the fields that must not be stored. */
export function kept<V extends object>(values: V, secrets: readonly string[]): Partial<V> {
  return Object.fromEntries(Object.entries(values).filter(([field]) => !secrets.includes(field))) as Partial<V>;
}
