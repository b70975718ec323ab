import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Screen } from "../parts/Screen";
import { type Wait, Waiting } from "../parts/Waiting";
import { useMay } from "../shell/session";
import { Bulk } from "./Bulk";
import { SelectViews, useCaseColumns } from "./columns";
import type { CaseRow } from "./rows";

/** What a curator has to look at, nearest to a limit first. */
export function Queue() {
  const { t } = useTranslation();
  const columns = useCaseColumns();
  const overrides = useMay("select.override");
  const drafts = useMay("publish.draft");
  const decides = useMay("market.decide");
  const waits: Wait[] = [
    {
      label: t("select.wait.review"),
      path: "/select/cases",
      query: { standing: "review" },
      to: "/select",
    },
    {
      label: t("select.wait.excluded"),
      path: "/select/cases",
      query: { standing: "exclude" },
      to: "/select/cases?standing=exclude",
    },
    {
      label: t("select.wait.accepted"),
      path: "/select/cases",
      query: { standing: "accept" },
      to: "/select/cases?standing=accept",
    },
  ];
  if (drafts) {
    waits.push({
      label: t("select.wait.drafts"),
      path: "/publish/versions",
      query: { state: "draft" },
      to: "/publish/versions?state=draft",
    });
  }
  if (decides) {
    waits.push({
      label: t("select.wait.orders"),
      path: "/market/orders",
      query: { state: "submitted" },
      to: "/market/orders?state=submitted",
    });
  }
  return (
    <Screen title={t("select.title")} about={t("select.about")}>
      <Waiting of={waits} />
      <SelectViews />
      <DataTable<CaseRow>
        path="/select/queue"
        plain
        label={t("select.queue")}
        empty={t("select.queue_empty")}
        rowKey={(row) => row.verdict_id}
        open={(row) => `/select/cases/${row.id}`}
        bulk={overrides ? (rows, clear) => <Bulk rows={rows} clear={clear} /> : undefined}
        columns={columns
          .filter((column) => column.key !== "created_at")
          .map(({ sort: _, ...column }) => column)}
      />
    </Screen>
  );
}
