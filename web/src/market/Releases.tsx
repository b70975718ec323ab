import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { megabytes, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { MarketViews } from "./Views";

interface ReleaseRow {
  id: string;
  created_at: string;
  licence_id: string;
  delivery_file_id: string;
  size: number;
}

/** Every release of a file's key: what a licence used, and when. */
export function Releases() {
  const { t } = useTranslation();
  return (
    <Screen title={t("market.releases")} about={t("market.releases_about")}>
      <MarketViews />
      <DataTable<ReleaseRow>
        path="/market/releases"
        label={t("market.releases")}
        empty={t("market.no_releases")}
        rowKey={(row) => row.id}
        narrow={["licence_id"]}
        columns={[
          {
            key: "created_at",
            label: t("market.released_at"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          {
            key: "licence_id",
            label: t("market.licence"),
            cell: (row) => (
              <Anchor
                component={Link}
                to={`/market/licences/${row.licence_id}`}
                fz="sm"
                c="indigo.9"
              >
                {t("market.open_licence")}
              </Anchor>
            ),
          },
          {
            key: "delivery_file_id",
            label: t("market.file"),
            cell: (row) => <Hash value={row.delivery_file_id} />,
          },
          {
            key: "size",
            label: t("market.size"),
            sort: true,
            numeric: true,
            cell: (row) => megabytes(row.size),
          },
        ]}
      />
    </Screen>
  );
}
