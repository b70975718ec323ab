import {
  Box,
  Button,
  Divider,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get, send } from "../api";
import { Refusal } from "../parts/Refusal";
import { Footer, LanguageSwitch } from "./Layout";
import type { Role } from "./session";

interface DemoUser {
  id: string;
  name: string;
  role: Role;
  organisation: string;
}

interface Ways {
  oidc: boolean;
  demo: boolean;
}

/** The way in: e-mail and password, the hospital's own sign-in, or one click in the demo. */
export function SignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const ways = useQuery({
    queryKey: ["ways"],
    queryFn: () => get<Ways>("/people/ways"),
    staleTime: Infinity,
  });
  const users = useQuery({
    queryKey: ["demo"],
    queryFn: () => get<DemoUser[]>("/people/demo/users"),
    enabled: ways.data?.demo === true,
    staleTime: Infinity,
  });
  const form = useForm({ mode: "uncontrolled", initialValues: { email: "", password: "" } });
  const signIn = useMutation({
    mutationFn: (body: { path: string; values: object }) =>
      send("POST", `/people/${body.path}`, body.values),
    onSuccess: () => client.invalidateQueries(),
  });
  const demo = users.data ?? [];
  return (
    <Box mih="100vh" bg="gray.0">
      <Group justify="flex-end" p="md">
        <LanguageSwitch signedIn={false} />
      </Group>
      <Stack
        component="main"
        maw={demo.length ? 620 : 400}
        mx="auto"
        mt="3vh"
        p="xl"
        bg="white"
        bd="1px solid gray.3"
        bdrs="md"
      >
        <Group gap={12} wrap="nowrap">
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <Box>
            <Title order={1}>Renkei 連携</Title>
            <Text size="sm" c="gray.7">
              {t("shell.sentence")}
            </Text>
          </Box>
        </Group>
        {demo.length > 0 && (
          <Stack gap="xs">
            <Divider label={t("shell.demo")} labelPosition="left" />
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing="xs">
              {demo.map((user) => (
                <UnstyledButton
                  key={user.id}
                  className="choice"
                  px="sm"
                  py={6}
                  disabled={signIn.isPending}
                  onClick={() =>
                    signIn.mutate({ path: "demo/sign-in", values: { user_id: user.id } })
                  }
                >
                  <Text size="sm" fw={600} component="span" display="block">
                    {t(`shell.role.${user.role}`)}
                    <Text span size="sm" c="gray.8" ml={8} fw={400}>
                      {user.name}
                    </Text>
                  </Text>
                  <Text size="xs" c="gray.7" component="span" display="block">
                    {user.organisation}
                  </Text>
                </UnstyledButton>
              ))}
            </SimpleGrid>
            <Divider label={t("shell.with_password")} labelPosition="left" mt="xs" />
          </Stack>
        )}
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
              visibilityToggleButtonProps={{ "aria-label": t("shell.show_password") }}
              key={form.key("password")}
              {...form.getInputProps("password")}
            />
            <Button
              type="submit"
              loading={signIn.isPending}
              variant={demo.length ? "default" : "filled"}
            >
              {t("shell.sign_in")}
            </Button>
          </Stack>
        </form>
        {ways.data?.oidc && (
          <Button component="a" href="/api/v1/people/oidc/start" variant="default">
            {t("shell.with_provider")}
          </Button>
        )}
        {signIn.error && <Refusal error={signIn.error} />}
      </Stack>
      <Footer />
    </Box>
  );
}
