import type { UseFormReturnType } from "@mantine/form";
import { useEffect, useRef, useState } from "react";

import { following } from "./following";

/**
 * Lets a form follow changes saved elsewhere: fields that are not being edited take the new
 * values. Returns the edited fields that were also changed elsewhere.
 */
export function useFollowed<V extends Record<string, string>>(form: UseFormReturnType<V>, saved: V): readonly string[] {
  const shown = useRef(saved);
  const latest = useRef(form);
  const [conflicts, setConflicts] = useState<readonly string[]>([]);
  useEffect(() => {
    latest.current = form;
  });
  const key = JSON.stringify(saved);
  useEffect(() => {
    const now = JSON.parse(key) as V;
    const { values, changed } = following(shown.current, now, latest.current.getValues());
    if (JSON.stringify(shown.current) === key) return;
    shown.current = now;
    latest.current.setInitialValues(now);
    latest.current.resetDirty(now);
    latest.current.setValues(values);
    setConflicts(changed);
  }, [key]);
  return conflicts;
}
