import {
  Anchor,
  AppShell,
  Box,
  Button,
  Group,
  NavLink,
  SegmentedControl,
  Text,
  VisuallyHidden,
} from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useEvents } from "../events";
import type { Language } from "../i18n";
import { home, placesOf } from "./places";
import { SignIn } from "./SignIn";
import { switchLanguage, useMe, useSignOut } from "./session";

/** The frame of every page: header, the role's places, the page, and what Renkei is not. */
export function Layout() {
  const { t } = useTranslation();
  const me = useMe();
  const connected = useEvents(Boolean(me.data));
  const path = useLocation({ select: (place) => place.pathname });
  if (me.isPending) return null;
  if (!me.data) return <SignIn />;
  const places = placesOf(me.data.role);
  const here = places
    .filter((place) => path === place.to || path.startsWith(`${place.to}/`))
    .sort((a, b) => b.to.length - a.to.length)[0];
  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 208, breakpoint: "xs" }} padding={0}>
      <Anchor href="#page" className="skip">
        {t("shell.skip")}
      </Anchor>
      <AppShell.Header px="lg">
        <Group h="100%" justify="space-between">
          <Brand to={home[me.data.role]} />
          <Group gap="md">
            {!connected && (
              <Text size="xs" c="orange.9" role="status">
                {t("shell.disconnected")}
              </Text>
            )}
            <LanguageSwitch signedIn />
            <Box ta="right" lh={1.25}>
              <Text size="sm" fw={600}>
                {me.data.name}
              </Text>
              <Text size="xs" c="gray.7">
                {me.data.organisation.name} · {t(`shell.role.${me.data.role}`)}
              </Text>
            </Box>
            <SignOut />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar py="sm" aria-label={t("shell.places")}>
        {places.map((place) => (
          <NavLink
            key={place.to}
            component={Link}
            to={place.to}
            activeOptions={{ exact: true }}
            label={t(`shell.place.${place.key}`)}
            active={place === here}
            aria-current={place === here ? "page" : undefined}
            px="lg"
            py={7}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Outlet />
        <Footer />
      </AppShell.Main>
    </AppShell>
  );
}

export function Brand({ to }: { to: string }) {
  return (
    <Anchor component={Link} to={to} underline="never" c="dark.9" aria-label="Renkei">
      <Group gap={10}>
        <img src="/favicon.svg" alt="" width={26} height={26} />
        <Text fw={700} fz={18}>
          Renkei
          <Text span c="gray.7" fw={500} ml={8} fz={14} lang="ja">
            連携
          </Text>
        </Text>
      </Group>
    </Anchor>
  );
}

export function LanguageSwitch({ signedIn }: { signedIn: boolean }) {
  const { i18n, t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("shell.language")}
      value={i18n.language}
      onChange={(value) => void switchLanguage(value as Language, signedIn)}
      data={[
        { value: "ja", label: "日本語" },
        { value: "en", label: "English" },
      ]}
    />
  );
}

function SignOut() {
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() => signOut.mutate()}
      loading={signOut.isPending}
    >
      <IconLogout size={16} aria-hidden />
      <VisuallyHidden>{t("shell.sign_out")}</VisuallyHidden>
    </Button>
  );
}

export function Footer() {
  const { t } = useTranslation();
  return (
    <Box component="footer" px="lg" py="md" mt="xl" style={{ borderTop: "1px solid #dee2e6" }}>
      <Text size="xs" c="gray.7">
        {t("shell.research_use_only")}
      </Text>
    </Box>
  );
}
