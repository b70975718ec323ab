import { NativeSelect, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { useCode } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Form } from "../parts/form/Form";
import { FormDialog } from "../parts/form/FormDialog";
import { useServerForm } from "../parts/form/useServerForm";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { SelectViews } from "./columns";

type Row = Wire<"CohortOut">;

/** Cases under a name, as they stood when it was given, and who is in each. */
export function Cohorts() {
  const { t } = useTranslation();
  const said = useCode();
  const groups = (of: Record<string, number> | undefined) =>
    Object.entries(of ?? {})
      .map(([value, n]) => `${said("select.group_value", value)} ${count(n)}`)
      .join(" · ");
  return (
    <Screen
      title={t("select.cohorts.title")}
      about={t("select.cohorts.about")}
      actions={
        <FormDialog label={t("select.cohorts.make")} about={t("select.cohorts.make_about")}>
          {(close) => <Make close={close} />}
        </FormDialog>
      }
    >
      <SelectViews />
      <DataTable<Row>
        path="/select/cohorts"
        label={t("select.cohorts.title")}
        empty={t("select.cohorts.empty")}
        rowKey={(row) => row.id}
        columns={[
          { key: "name", label: t("select.name"), sort: true, cell: (row) => row.name },
          {
            key: "standing",
            label: t("select.standing"),
            cell: (row) => <State value={row.standing} />,
          },
          { key: "modality", label: t("select.modality"), cell: (row) => row.modality ?? "—" },
          {
            key: "cases",
            label: t("select.cases"),
            numeric: true,
            cell: (row) => count(row.cases),
          },
          {
            key: "patients",
            label: t("select.units.patients"),
            numeric: true,
            cell: (row) => count(row.patients),
          },
          ...["sex", "age_band", "site", "model"].map((axis) => ({
            key: axis,
            label: t(`select.dry.axis.${axis}`),
            cell: (row: Row) => groups(row.counts[axis]),
          })),
          {
            key: "recipe_sha256",
            label: t("select.recipe"),
            cell: (row) => <Hash value={row.recipe_sha256} />,
          },
          {
            key: "created_at",
            label: t("select.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
        ]}
      />
    </Screen>
  );
}

function Make({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const of = useServerForm<{ name: string; standing: string }, Row>({
    path: "/select/cohorts",
    keep: "cohort",
    initial: { name: "", standing: "accept" },
    about: { cohort_exists: "name", empty_cohort: "standing" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("select.cohorts.make")} cancel={close}>
      <TextInput
        label={t("select.name")}
        required
        minLength={3}
        maxLength={100}
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <NativeSelect
        label={t("select.standing")}
        data={["accept", "review", "exclude"].map((value) => ({
          value,
          label: t(`parts.state.${value}`),
        }))}
        key={form.key("standing")}
        {...form.getInputProps("standing")}
      />
    </Form>
  );
}
