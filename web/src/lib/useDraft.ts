import { useEffect, useEffectEvent, useRef, useState } from "react";

import { drafts } from "./drafts";

export interface Draft {
  /** What is shown comes from before. */
  readonly restored: boolean;
  /** Put back what was there without it. */
  readonly discard: () => void;
  /** It was sent: nothing is left to keep or to guard. To be called before the page is left. */
  readonly done: () => void;
}

interface Options {
  /** Fields that are stored nowhere, such as passwords. */
  readonly secrets?: readonly string[];
  /** False: the page may be left without a question, as where people log in. */
  readonly guards?: boolean;
}

/** Keeps what was typed into a form in this tab, and the page from being left by accident (U3). */
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
      // what was found is on its way into the form
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

/** The same without what must not be stored. */
export function kept<V extends object>(values: V, secrets: readonly string[]): Partial<V> {
  return Object.fromEntries(Object.entries(values).filter(([field]) => !secrets.includes(field))) as Partial<V>;
}
