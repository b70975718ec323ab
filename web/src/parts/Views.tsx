import { Anchor, Group } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** The views of one folder, as links in one line; the one that is open is marked. */
export function Views({ of }: { of: { to: string; label: string }[] }) {
  const { t } = useTranslation();
  const path = useLocation({ select: (place) => place.pathname });
  return (
    <Group component="nav" gap={4} aria-label={t("parts.views")} className="views">
      {of.map(({ to, label }) => (
        <Anchor
          key={to}
          component={Link}
          to={to}
          activeOptions={{ exact: true }}
          underline="never"
          aria-current={path === to ? "page" : undefined}
          className="view"
        >
          {label}
        </Anchor>
      ))}
    </Group>
  );
}
