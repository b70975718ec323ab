import { Checkbox, Group, MultiSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";

const USES = ["intake", "freeze", "licence", "train"];
const DATA = ["image", "slide", "clinical", "genes", "label", "report"];
const MODALITIES = ["CT", "MR", "SM", "PT", "DX", "CR", "US", "XA", "MG"];

/** The scope of an approval, as the form edits it. */
export interface Scope {
  committee: string;
  title: string;
  purposes: string[];
  data_types: string[];
  modalities: string[];
  body_parts: string[];
  sites: string[];
  countries: string[];
  commercial: boolean;
  gene_codes: boolean;
  legal_basis: string;
  begins: string | null;
  expires: string;
  plan_title: string | null;
  plan_version: string | null;
  notice_url: string | null;
  notice_from: string | null;
  notice_until: string | null;
}

const NONE: Scope = {
  committee: "",
  title: "",
  purposes: USES,
  data_types: ["image"],
  modalities: [],
  body_parts: [],
  sites: [],
  countries: [],
  commercial: false,
  gene_codes: false,
  legal_basis: "consent",
  begins: "",
  expires: "",
  plan_title: "",
  plan_version: "",
  notice_url: "",
  notice_from: "",
  notice_until: "",
};
const MAYBE = [
  "begins",
  "plan_title",
  "plan_version",
  "notice_url",
  "notice_from",
  "notice_until",
] as const;

function shown(scope: Scope): Scope {
  const filled = { ...scope };
  for (const name of MAYBE) filled[name] ??= "";
  return filled;
}

function sent(values: Scope): Scope {
  const scope = Object.fromEntries(
    (Object.keys(NONE) as (keyof Scope)[]).map((name) => [name, values[name]]),
  ) as unknown as Scope;
  for (const name of MAYBE) scope[name] ||= null;
  return scope;
}

/**
 * Put an ethics approval on record: what the committee allowed, for whom and until when; of one
 * that is on record, what the committee changed.
 */
export function AddApproval({
  close,
  amends,
}: {
  close: () => void;
  amends?: { id: string; scope: Scope };
}) {
  const { t, i18n } = useTranslation();
  const sites = useRows<{ id: string; name: string }>("/subjects/sites", { sort: "name" });
  const bases = useQuery({
    queryKey: ["/consent/bases"],
    queryFn: () => get<{ key: string; name: string; name_ja: string }[]>("/consent/bases"),
  });
  const of = useServerForm({
    path: amends ? `/consent/approvals/${amends.id}/amendments` : "/consent/approvals",
    keep: amends ? `amendment.${amends.id}` : "approval",
    initial: { number: "", decided_on: "", summary: "", ...shown(amends?.scope ?? NONE) },
    body: (values) =>
      amends
        ? { decided_on: values.decided_on, summary: values.summary, scope: sent(values) }
        : { number: values.number, ...sent(values) },
    about: { already_approved: "number", bad_scope: "expires" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.put_on_record")} cancel={close}>
      {amends ? (
        <Group grow align="flex-start">
          <TextInput
            type="date"
            label={t("consent.decided_on")}
            required
            data-autofocus
            key={form.key("decided_on")}
            {...form.getInputProps("decided_on")}
          />
          <TextInput
            label={t("consent.summary")}
            required
            key={form.key("summary")}
            {...form.getInputProps("summary")}
          />
        </Group>
      ) : (
        <TextInput
          label={t("consent.approval_number")}
          required
          data-autofocus
          key={form.key("number")}
          {...form.getInputProps("number")}
        />
      )}
      <Group grow align="flex-start">
        <TextInput
          type="date"
          label={t("consent.begins")}
          key={form.key("begins")}
          {...form.getInputProps("begins")}
        />
        <TextInput
          type="date"
          label={t("consent.ends")}
          required
          key={form.key("expires")}
          {...form.getInputProps("expires")}
        />
      </Group>
      <TextInput
        label={t("consent.committee")}
        required
        key={form.key("committee")}
        {...form.getInputProps("committee")}
      />
      <TextInput
        label={t("consent.study")}
        required
        key={form.key("title")}
        {...form.getInputProps("title")}
      />
      <MultiSelect
        label={t("consent.hospitals")}
        required
        searchable
        data={sites.map((site) => ({ value: site.id, label: site.name }))}
        key={form.key("sites")}
        {...form.getInputProps("sites")}
      />
      <MultiSelect
        label={t("consent.purposes")}
        required
        data={USES.map((value) => ({ value, label: t(`consent.use.${value}`) }))}
        key={form.key("purposes")}
        {...form.getInputProps("purposes")}
      />
      <MultiSelect
        label={t("consent.data_types")}
        required
        data={DATA.map((value) => ({ value, label: t(`consent.data.${value}`) }))}
        key={form.key("data_types")}
        {...form.getInputProps("data_types")}
      />
      <TagsInput
        label={t("consent.modalities")}
        description={t("consent.modalities_about")}
        data={MODALITIES}
        key={form.key("modalities")}
        {...form.getInputProps("modalities")}
      />
      <TagsInput
        label={t("consent.body_parts")}
        description={t("consent.body_parts_about")}
        data={["HEAD", "NECK", "CHEST", "ABDOMEN", "PELVIS", "SPINE", "BREAST"]}
        key={form.key("body_parts")}
        {...form.getInputProps("body_parts")}
      />
      <TagsInput
        label={t("consent.countries")}
        description={t("consent.countries_about")}
        data={["US", "GB", "DE", "KR", "SG"]}
        key={form.key("countries")}
        {...form.getInputProps("countries")}
      />
      <Select
        label={t("consent.legal_basis")}
        description={t("consent.legal_basis_about")}
        required
        data={(bases.data ?? []).map((one) => ({
          value: one.key,
          label: i18n.language === "ja" ? one.name_ja : one.name,
        }))}
        key={form.key("legal_basis")}
        {...form.getInputProps("legal_basis")}
      />
      <Group grow align="flex-start">
        <TextInput
          label={t("consent.plan_title")}
          key={form.key("plan_title")}
          {...form.getInputProps("plan_title")}
        />
        <TextInput
          label={t("consent.plan_version")}
          key={form.key("plan_version")}
          {...form.getInputProps("plan_version")}
        />
      </Group>
      <TextInput
        label={t("consent.notice_url")}
        key={form.key("notice_url")}
        {...form.getInputProps("notice_url")}
      />
      <Group grow align="flex-start">
        <TextInput
          type="date"
          label={t("consent.notice_from")}
          key={form.key("notice_from")}
          {...form.getInputProps("notice_from")}
        />
        <TextInput
          type="date"
          label={t("consent.notice_until")}
          key={form.key("notice_until")}
          {...form.getInputProps("notice_until")}
        />
      </Group>
      <Checkbox
        label={t("consent.gene_codes_yes")}
        key={form.key("gene_codes")}
        {...form.getInputProps("gene_codes", { type: "checkbox" })}
      />
      <Checkbox
        label={t("consent.commercial_yes")}
        key={form.key("commercial")}
        {...form.getInputProps("commercial", { type: "checkbox" })}
      />
    </Form>
  );
}
