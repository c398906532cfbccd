import type { UseFormReturnType } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import type { ProfileInput } from "../../gql/graphql";
import { placed } from "../../lib/forms";
import { UpdateProfileMutation } from "./profile.graphql";

/** Saves the provided fields of the profile, and notifies the viewer of the outcome. */
export function useSaveProfile<V extends Record<string, unknown>>(form: UseFormReturnType<V>) {
  const [{ fetching: saving }, update] = useMutation(UpdateProfileMutation);
  const [problem, setProblem] = useState<string>();

  async function save(input: ProfileInput): Promise<boolean> {
    if (saving) return false;
    const { data, error } = await update({ input });
    const payload = data?.updateProfile;
    setProblem(placed(form, error, payload?.errors));
    if (!payload || payload.errors.length > 0) return false;
    form.resetDirty();
    notifications.show({ color: "teal", message: "Saved." });
    for (const message of payload.warnings) notifications.show({ color: "yellow", message });
    return true;
  }

  return { saving, problem, save };
}
