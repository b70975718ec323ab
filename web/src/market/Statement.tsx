import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { Facts } from "../parts/Facts";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { Structure } from "../parts/Structure";
import type { StatementRow } from "./rows";
import { useYen } from "./yen";

/** What one hospital earned by one settlement, and how it was reckoned. */
export function Statement() {
  const { t } = useTranslation();
  const yen = useYen();
  return (
    <Loaded<StatementRow> path={`/market/statements/${useId()}`}>
      {(row) => (
        <Screen
          title={t("market.statement_of", { period: row.period })}
          about={<Name id={row.site_id} />}
          actions={
            <>
              <Button
                component="a"
                size="xs"
                href={`${API}/market/statements/${row.id}/pdf`}
                download
              >
                PDF
              </Button>
              <Button
                component="a"
                size="xs"
                variant="default"
                href={`${API}/market/statements/${row.id}/csv`}
                download
              >
                CSV
              </Button>
            </>
          }
        >
          <Facts
            rows={[
              [t("market.earned"), yen(row.yen)],
              [t("market.taken_back"), yen(row.withdrawn_yen)],
              [t("market.patients"), count(row.patients)],
              [t("market.weight"), count(row.weight)],
              [t("market.share"), `${row.share_bp / 100} %`],
              [t("market.since"), moment(row.created_at)],
              ["PDF SHA-256", <Hash key="pdf" value={row.pdf_sha256} keep={16} />],
            ]}
          />
          <Section title={t("market.lines")}>
            <Structure value={row.lines} group="market.data" />
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
