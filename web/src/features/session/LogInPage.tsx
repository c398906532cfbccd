import {
  Alert, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title,
} from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useMutation } from "urql";

import { sentence } from "../../lib/outcome";
import { useSession } from "./session";
import { LogInMutation } from "./session.graphql";

export function LogInPage() {
  const { renew } = useSession();
  const [state, logIn] = useMutation(LogInMutation);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const refused = state.data?.logIn.errors[0]?.message;
  const problem = state.error ? sentence(state.error) : refused;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const result = await logIn({ email, password });
    if (result.data?.logIn.session) await renew();
  }

  return (
    <Center mih="100vh" p="md" component="main">
      <Card w="100%" maw={400} p="xl">
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <div>
              <Title order={1} size="h2">Launch Control</Title>
              <Text c="dimmed" size="sm">WedSync and WedMe</Text>
            </div>
            <TextInput
              label="E-mail" type="email" name="email" autoComplete="username" required autoFocus
              value={email} onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password" name="password" autoComplete="current-password" required
              value={password} onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {problem !== undefined && (
              <Alert color="red" icon={<IconAlertCircle />} role="alert">{problem}</Alert>
            )}
            <Button type="submit" loading={state.fetching}>Log in</Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
