import { Button, Checkbox, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSend } from "../parts/Act";
import { Refusal } from "../parts/Refusal";
import type { ListingRow, OrderRow } from "./rows";

const PURPOSES = [
  "product_development",
  "disease_research",
  "health_research",
  "general_research",
  "population_research",
];

/** Ask for a licence: purpose, country, use, and the key that deliveries are encrypted to. */
export function OrderForm({ listing }: { listing: ListingRow }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const sending = useSend<OrderRow>(
    "/market/orders",
    (order) => void navigate({ to: `/market/orders/${order.id}` }),
  );
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      purpose: "product_development",
      country: "JP",
      commercial_use: true,
      develops_methods: true,
      wants_sealed: false,
      key: "",
      message: "",
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => sending.mutate({ listing_id: listing.id, ...values }))}
    >
      <Stack gap="sm">
        <Select
          label={t("market.purpose")}
          allowDeselect={false}
          data={PURPOSES.map((value) => ({ value, label: t(`market.purposes.${value}`) }))}
          key={form.key("purpose")}
          {...form.getInputProps("purpose")}
        />
        <TextInput
          label={t("market.country")}
          description={t("market.country_about")}
          maxLength={2}
          w={160}
          required
          key={form.key("country")}
          {...form.getInputProps("country")}
        />
        <Checkbox
          label={t("market.commercial_use")}
          key={form.key("commercial_use")}
          {...form.getInputProps("commercial_use", { type: "checkbox" })}
        />
        <Checkbox
          label={t("market.develops_methods")}
          key={form.key("develops_methods")}
          {...form.getInputProps("develops_methods", { type: "checkbox" })}
        />
        {listing.sealed_part && (
          <Checkbox
            label={t("market.wants_sealed")}
            key={form.key("wants_sealed")}
            {...form.getInputProps("wants_sealed", { type: "checkbox" })}
          />
        )}
        <Textarea
          label={t("market.key")}
          description={t("market.key_about")}
          required
          minRows={3}
          autosize
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          key={form.key("key")}
          {...form.getInputProps("key")}
        />
        <Textarea
          label={t("market.message")}
          minRows={2}
          autosize
          key={form.key("message")}
          {...form.getInputProps("message")}
        />
        {sending.error && <Refusal error={sending.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={sending.isPending}>
            {t("market.draft_order")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
