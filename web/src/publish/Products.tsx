import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { day } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { useMay } from "../shell/session";
import { PublishViews } from "./Datasets";

interface ProductRow {
  id: string;
  kind: string;
  name: string;
  hash: string;
  version_id: string;
  listable: boolean;
  why_not: string | null;
  created_at: string;
}

/** What may be listed on the market, and what may not with the reason. */
export function Products() {
  const { t } = useTranslation();
  const said = useCode();
  const offers = useMay("market.list");
  return (
    <Screen title={t("publish.products")} about={t("publish.products_about")}>
      <PublishViews />
      <DataTable<ProductRow>
        path="/publish/products"
        label={t("publish.products")}
        empty={t("publish.no_products")}
        rowKey={(row) => row.id}
        narrow={["kind"]}
        filters={
          <Filter
            name="kind"
            label={t("publish.kind")}
            options={["dataset", "model", "evaluation", "synthetic_set"].map((value) => ({
              value,
              label: said("publish.kinds", value),
            }))}
          />
        }
        columns={[
          {
            key: "name",
            label: t("publish.name"),
            sort: true,
            cell: (row) => (
              <Anchor
                component={Link}
                to={`/publish/versions/${row.version_id}`}
                fz="sm"
                c="indigo.9"
              >
                {row.name}
              </Anchor>
            ),
          },
          {
            key: "kind",
            label: t("publish.kind"),
            sort: true,
            cell: (row) => said("publish.kinds", row.kind),
          },
          {
            key: "listable",
            label: t("publish.listable"),
            sort: true,
            cell: (row) =>
              row.listable ? (
                offers ? (
                  <Anchor
                    component={Link}
                    to={`/market/offer?product=${row.id}`}
                    fz="sm"
                    c="indigo.9"
                  >
                    {t("publish.offer")}
                  </Anchor>
                ) : (
                  t("parts.yes")
                )
              ) : (
                `${t("parts.no")} · ${said("publish.why_not", row.why_not)}`
              ),
          },
          {
            key: "created_at",
            label: t("publish.since"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
          { key: "hash", label: t("publish.hash"), cell: (row) => <Hash value={row.hash} /> },
        ]}
      />
    </Screen>
  );
}
