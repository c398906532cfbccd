import { Group, Switch, Text } from "@mantine/core";
import { useMutation, useQuery } from "urql";

import { Section } from "../../components/Section";
import type { NotificationKind, NotificationPreferenceInput } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useQueryStatus } from "../../lib/queryStatus";
import { NotificationPreferencesQuery, SetNotificationPreferenceMutation } from "./inbox.graphql";

/** How the viewer is notified of each kind of event: in the app, by e-mail, both or not at all (M6). */
export function NotificationSettings() {
  const response = useQuery({ query: NotificationPreferencesQuery, requestPolicy: "cache-and-network" });
  const [{ data }, again] = response;
  const reading = useQueryStatus(response);
  const [state, set] = useMutation(SetNotificationPreferenceMutation);

  async function change(input: NotificationPreferenceInput) {
    const { data: done, error } = await set({ input });
    if (!notifyFailure("Not saved", error, done?.setNotificationPreference.errors))
      again({ requestPolicy: "network-only" });
  }

  return (
    <div id="notifications">
      <Section title="Notifications" reading={reading} height={160}>
        <Text size="sm" c="dimmed">
          We send an e-mail only about what you have not seen in the app within two minutes.
        </Text>
        {data?.notificationPreferences.map(({ kind, inApp, email }) => (
          <Group key={kind} role="group" aria-label={NAMES[kind]} justify="space-between" gap="xs" className="row">
            <Text size="sm" flex="1 1 12rem">
              {NAMES[kind]}
            </Text>
            <Group gap="md">
              <Switch
                label="App"
                size="sm"
                checked={inApp}
                disabled={state.fetching}
                data-testid={`app-${kind}`}
                onChange={(event) => void change({ kind, inApp: event.currentTarget.checked })}
              />
              {kind !== ALWAYS_MAILED && (
                <Switch
                  label="E-mail"
                  size="sm"
                  checked={email}
                  disabled={state.fetching}
                  data-testid={`email-${kind}`}
                  onChange={(event) => void change({ kind, email: event.currentTarget.checked })}
                />
              )}
            </Group>
          </Group>
        ))}
      </Section>
    </div>
  );
}

/** Both partners always get this e-mail: neither can be shut out unseen. */
const ALWAYS_MAILED: NotificationKind = "PARTNER_LEFT";

const NAMES: Record<NotificationKind, string> = {
  INVITATION_ACCEPTED: "A couple accepts an invitation",
  INVITATION_DECLINED: "A couple declines an invitation",
  INVITATION_ENDING: "An invitation is about to end",
  LINK_REQUESTED: "A couple asks for a new link",
  CONNECTED: "You are connected with a supplier",
  PARTNERSHIP_ENDED: "A connection ends",
  HELP_ANSWERED: "Our team answers a request for help",
  MESSAGE: "You receive a message",
  PARTNER_JOINED: "Your partner joins you",
  PARTNER_LEFT: "Your partner leaves",
};
