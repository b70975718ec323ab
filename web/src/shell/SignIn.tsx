import {
  Box,
  Button,
  Divider,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, send } from "../api";
import { Refusal } from "../parts/Refusal";
import { Footer, LanguageSwitch } from "./Layout";
import { home } from "./places";
import type { Me, Role } from "./session";

interface Ways {
  demo: boolean;
  oidc: boolean;
}

const demoRoles: Role[] = ["hospital", "curator", "reader", "licensee"];

/** The way in: e-mail and password, the organisation's own sign-in, or one click in the demo. */
export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ways = useQuery({ queryKey: ["ways"], queryFn: () => get<Ways>("/people/sign-in") });
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  const signIn = useMutation({
    mutationFn: (body: { path: string; values: object }) =>
      send("POST", `/people/${body.path}`, body.values),
    onSuccess: async () => {
      const me = await get<Me>("/people/me");
      client.setQueryData(["me"], me);
      if (location.pathname === "/") history.replaceState(null, "", home[me.role]);
      location.reload();
    },
  });
  return (
    <Box mih="100vh" bg="gray.0">
      <Group justify="flex-end" p="md">
        <LanguageSwitch signedIn={false} />
      </Group>
      <Stack
        component="main"
        maw={400}
        mx="auto"
        mt="6vh"
        p="xl"
        bg="white"
        bd="1px solid gray.3"
        bdrs="md"
      >
        <Group gap={12}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <Box>
            <Title order={1}>Renkei 連携</Title>
            <Text size="sm" c="gray.7">
              {t("shell.sentence")}
            </Text>
          </Box>
        </Group>
        <form onSubmit={form.onSubmit((values) => signIn.mutate({ path: "sign-in", values }))}>
          <Stack gap="sm">
            <TextInput
              label={t("shell.email")}
              type="email"
              autoComplete="username"
              required
              key={form.key("email")}
              {...form.getInputProps("email")}
            />
            <PasswordInput
              label={t("shell.password")}
              autoComplete="current-password"
              required
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Button type="submit" loading={signIn.isPending}>
              {t("shell.sign_in")}
            </Button>
            {ways.data?.oidc && (
              <Button component="a" href="/api/v1/people/oidc/start" variant="default">
                {t("shell.oidc")}
              </Button>
            )}
          </Stack>
        </form>
        {signIn.error && <Refusal error={signIn.error} />}
        {ways.data?.demo && (
          <Stack gap="xs">
            <Divider label={t("shell.demo")} />
            <Group grow gap="xs">
              {demoRoles.map((role) => (
                <Button
                  key={role}
                  variant="light"
                  size="xs"
                  px={4}
                  c="indigo.9"
                  onClick={() => signIn.mutate({ path: "demo-sign-in", values: { role } })}
                >
                  {t(`shell.role.${role}`)}
                </Button>
              ))}
            </Group>
          </Stack>
        )}
      </Stack>
      <Footer />
    </Box>
  );
}
