import { Checkbox, Group, MultiSelect, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";

const USES = ["intake", "freeze", "licence", "train"];
const DATA = ["image", "slide", "clinical", "genes", "label", "report"];
const MODALITIES = ["CT", "MR", "SM", "PT", "DX", "CR", "US", "XA", "MG"];

/** Put an ethics approval on record: what the committee allowed, for whom and until when. */
export function AddApproval({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const sites = useRows<{ id: string; name: string }>("/subjects/sites", { sort: "name" });
  const of = useServerForm({
    path: "/consent/approvals",
    keep: "approval",
    initial: {
      committee: "",
      number: "",
      title: "",
      purposes: USES,
      data_types: ["image"] as string[],
      modalities: [] as string[],
      sites: [] as string[],
      commercial: false,
      expires: "",
    },
    about: { already_approved: "number" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("consent.put_on_record")} cancel={close}>
      <Group grow align="flex-start">
        <TextInput
          label={t("consent.approval_number")}
          required
          data-autofocus
          key={form.key("number")}
          {...form.getInputProps("number")}
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
      <Checkbox
        label={t("consent.commercial_yes")}
        key={form.key("commercial")}
        {...form.getInputProps("commercial", { type: "checkbox" })}
      />
    </Form>
  );
}
