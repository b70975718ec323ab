import { Anchor, Badge, Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Page } from "../api";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { type Wait, Waiting } from "../parts/Waiting";
import { useMay, useMe } from "../shell/session";
import { along, type ListingRow, patientsOf } from "./rows";
import { MarketViews } from "./Views";
import { useYen } from "./yen";

function Offered({ listing }: { listing: ListingRow }) {
  const { t, i18n } = useTranslation();
  const said = useCode();
  const yen = useYen();
  const ja = i18n.language === "ja";
  const tables = Object.values(listing.aggregates.tables ?? {});
  const first = tables[0];
  return (
    <Stack component="article" gap={8} p="md" bd="1px solid gray.3" bdrs="sm">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2}>
          <Anchor component={Link} to={`/market/listings/${listing.id}`} c="indigo.9" inherit>
            {ja ? listing.title_ja : listing.title_en}
          </Anchor>
        </Title>
        <Text fw={650} fz="lg" style={{ whiteSpace: "nowrap" }}>
          {yen(listing.price_yen)}
        </Text>
      </Group>
      <Text size="sm" c="gray.8" lineClamp={2}>
        {ja ? listing.description_ja : listing.description_en}
      </Text>
      <Group gap="lg">
        <Text size="sm">
          {t("market.patients")} <b>{first ? count(patientsOf(first)) : "—"}</b>
        </Text>
        {listing.aggregates.made > 0 && (
          <Text size="sm">
            {t("market.made")} <b>{count(listing.aggregates.made)}</b>
          </Text>
        )}
        <Text size="sm">{t("market.months_n", { n: listing.months })}</Text>
      </Group>
      {tables.map((table) => (
        <Group key={table.axes.join()} gap={6}>
          <Text size="xs" c="gray.7" w={90}>
            {said("market.axis", table.axes[0])}
          </Text>
          {along(table, 0)
            .slice(0, 5)
            .map(([name, patients]) => (
              <Badge key={name} variant="outline" color="gray.8" radius="sm" tt="none" fw={500}>
                {said("market.value", name)} {count(patients)}
              </Badge>
            ))}
        </Group>
      ))}
      <Text size="xs" c="gray.7">
        {t("market.use_allowed")}
        {listing.sealed_part && ` · ${t("market.with_sealed")}`}
      </Text>
    </Stack>
  );
}

/** What may be licensed: patients, modality, labels, price, use. */
export function Catalogue() {
  const { t } = useTranslation();
  const licensee = useMe().data?.role === "licensee";
  const lists = useMay("market.list");
  const waits: Wait[] = licensee
    ? [
        {
          label: t("market.wait.quotes"),
          path: "/market/orders",
          query: { state: "quoted" },
          to: "/market/orders?state=quoted",
        },
        {
          label: t("market.wait.asked"),
          path: "/market/orders",
          query: { state: "clarifying" },
          to: "/market/orders?state=clarifying",
        },
        {
          label: t("market.wait.to_sign"),
          path: "/market/licences",
          query: { state: "ordered" },
          to: "/market/licences?state=ordered",
        },
        {
          label: t("market.wait.active"),
          path: "/market/licences",
          query: { state: "active" },
          to: "/market/licences?state=active",
        },
        { label: t("market.wait.notices"), path: "/market/notices", to: "/market/licences" },
      ]
    : [
        {
          label: t("market.wait.submitted"),
          path: "/market/orders",
          query: { state: "submitted" },
          to: "/market/orders?state=submitted",
        },
        {
          label: t("market.wait.active"),
          path: "/market/licences",
          query: { state: "active" },
          to: "/market/licences?state=active",
        },
      ];
  return (
    <Screen
      title={t("market.catalogue")}
      about={t("market.about")}
      actions={
        lists && (
          <Button size="xs" component={Link} to="/market/offer">
            {t("market.offer_title")}
          </Button>
        )
      }
    >
      <Waiting of={waits} />
      <MarketViews />
      <Loaded<Page<ListingRow>> path="/market/listings" query={{ open: true, limit: 100 }}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty text={t("market.nothing_listed")} />
          ) : (
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
              {page.items.map((listing) => (
                <Offered key={listing.id} listing={listing} />
              ))}
            </SimpleGrid>
          )
        }
      </Loaded>
    </Screen>
  );
}
