import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { FormDialog } from "../parts/form/FormDialog";
import { day } from "../parts/format";
import { Screen } from "../parts/Screen";
import { Views } from "../parts/Views";
import { type Wait, Waiting } from "../parts/Waiting";
import { useMay, useMe } from "../shell/session";
import { AddOrganisation } from "./AddOrganisation";
import type { OrganisationRow } from "./rows";

export function PeopleViews() {
  const { t } = useTranslation();
  const invites = useMay("people.invite");
  return (
    <Views
      of={[
        { to: "/people", label: t("people.organisations") },
        { to: "/people/users", label: t("people.users") },
        ...(invites ? [{ to: "/people/invitations", label: t("people.invitations") }] : []),
        { to: "/people/tokens", label: t("people.tokens") },
      ]}
    />
  );
}

/** Hospitals, licensees and the operator. */
export function Organisations() {
  const { t } = useTranslation();
  const operator = useMe().data?.role === "operator";
  const manages = useMay("people.manage");
  const waits: Wait[] = [
    {
      label: t("people.wait.failed"),
      path: "/jobs",
      query: { state: "failed" },
      to: "/server/jobs?state=failed",
    },
    {
      label: t("people.wait.running"),
      path: "/jobs",
      query: { state: "running" },
      to: "/server/jobs?state=running",
    },
    {
      label: t("people.wait.orders"),
      path: "/market/orders",
      query: { state: "submitted" },
      to: "/market/orders?state=submitted",
    },
    {
      label: t("people.wait.pending"),
      path: "/ledger/anchors",
      query: { state: "pending" },
      to: "/ledger?state=pending",
    },
    {
      label: t("people.wait.recalls"),
      path: "/consent/recalls",
      query: { state: "acting" },
      to: "/consent/recalls?state=acting",
    },
  ];
  return (
    <Screen
      title={t("people.title")}
      about={t("people.about")}
      actions={
        manages && (
          <FormDialog label={t("people.add_organisation")}>
            {(close) => <AddOrganisation close={close} />}
          </FormDialog>
        )
      }
    >
      {operator && <Waiting of={waits} />}
      <PeopleViews />
      <DataTable<OrganisationRow>
        path="/people/organisations"
        label={t("people.organisations")}
        empty={t("people.empty")}
        rowKey={(row) => row.id}
        open={(row) => `/people/organisations/${row.id}`}
        narrow={["kind"]}
        filters={
          <Filter
            name="kind"
            label={t("people.kind")}
            options={["hospital", "licensee", "operator"].map((value) => ({
              value,
              label: t(`people.kinds.${value}`),
            }))}
          />
        }
        columns={[
          { key: "name", label: t("people.name"), sort: true, cell: (row) => row.name },
          {
            key: "kind",
            label: t("people.kind"),
            sort: true,
            cell: (row) => t(`people.kinds.${row.kind}`),
          },
          { key: "country", label: t("people.country"), sort: true, cell: (row) => row.country },
          {
            key: "created_at",
            label: t("people.since"),
            sort: true,
            cell: (row) => day(row.created_at),
          },
        ]}
      />
    </Screen>
  );
}
