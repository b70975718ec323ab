import { Checkbox, Group, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";
import { duoCode } from "./duo";

const USES = [42, 6, 7, 4, 46, 45, 18, 15];

/** Put a contract with a hospital on record: what is allowed, its share of the fees, how long. */
export function AddAgreement({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const sites = useRows<{ id: string; name: string }>("/subjects/sites", { sort: "name" });
  const of = useServerForm({
    path: "/consent/agreements",
    keep: "agreement",
    initial: {
      site_id: null as string | null,
      number: "",
      uses: ["42"],
      commercial: false,
      fee_share_bp: 70 as number | string,
      starts: "",
      ends: "",
    },
    body: (values) => ({
      ...values,
      uses: values.uses.map(Number),
      fee_share_bp:
        values.fee_share_bp === "" ? null : Math.round(Number(values.fee_share_bp) * 100),
    }),
    about: { already_agreed: "number", bad_terms: "ends", no_such_site: "site_id" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.put_on_record")} cancel={close}>
      <Select
        label={t("consent.hospital")}
        required
        searchable
        data-autofocus
        data={sites.map((site) => ({ value: site.id, label: site.name }))}
        key={form.key("site_id")}
        {...form.getInputProps("site_id")}
      />
      <TextInput
        label={t("consent.agreement_number")}
        required
        key={form.key("number")}
        {...form.getInputProps("number")}
      />
      <MultiSelect
        label={t("consent.uses")}
        description={t("consent.uses_about")}
        required
        data={USES.map((code) => ({
          value: String(code),
          label: t(`consent.duo.${code}`, { defaultValue: duoCode(code) }),
        }))}
        key={form.key("uses")}
        {...form.getInputProps("uses")}
      />
      <Checkbox
        label={t("consent.commercial_yes")}
        key={form.key("commercial")}
        {...form.getInputProps("commercial", { type: "checkbox" })}
      />
      <Group grow align="flex-start">
        <NumberInput
          label={t("consent.fee_share")}
          description={t("consent.fee_share_about")}
          required
          suffix=" %"
          min={0}
          max={100}
          decimalScale={2}
          key={form.key("fee_share_bp")}
          {...form.getInputProps("fee_share_bp")}
        />
        <TextInput
          type="date"
          label={t("consent.starts")}
          description={t("consent.starts_about")}
          required
          key={form.key("starts")}
          {...form.getInputProps("starts")}
        />
        <TextInput
          type="date"
          label={t("consent.ends")}
          description={t("consent.ends_about")}
          required
          key={form.key("ends")}
          {...form.getInputProps("ends")}
        />
      </Group>
    </Form>
  );
}
