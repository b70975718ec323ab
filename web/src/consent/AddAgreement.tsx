import {
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  TagsInput,
  TextInput,
} from "@mantine/core";
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
      kind: "provision",
      parties: [] as string[],
      signatories: [] as string[],
      countries: [] as string[],
      gene_codes: false,
      retain_until: "",
    },
    body: (values) => ({
      ...values,
      uses: values.uses.map(Number),
      retain_until: values.retain_until || null,
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
      <Select
        label={t("consent.agreement_kind_label")}
        required
        data={["joint_research", "provision", "processing"].map((value) => ({
          value,
          label: t(`consent.agreement_kind.${value}`),
        }))}
        key={form.key("kind")}
        {...form.getInputProps("kind")}
      />
      <TagsInput
        label={t("consent.parties")}
        key={form.key("parties")}
        {...form.getInputProps("parties")}
      />
      <TagsInput
        label={t("consent.signatories")}
        key={form.key("signatories")}
        {...form.getInputProps("signatories")}
      />
      <TagsInput
        label={t("consent.countries")}
        description={t("consent.countries_about")}
        key={form.key("countries")}
        {...form.getInputProps("countries")}
      />
      <Checkbox
        label={t("consent.gene_codes_yes")}
        key={form.key("gene_codes")}
        {...form.getInputProps("gene_codes", { type: "checkbox" })}
      />
      <TextInput
        type="date"
        label={t("consent.retain_until")}
        key={form.key("retain_until")}
        {...form.getInputProps("retain_until")}
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
