import { Checkbox, Group, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { NotYours } from "../parts/NotYours";
import { useRows } from "../parts/rows";
import { Screen } from "../parts/Screen";
import type { Search } from "../shell/search";
import { useMay } from "../shell/session";
import type { ListingRow } from "./rows";
import { MarketViews } from "./Views";

interface Product {
  id: string;
  name: string;
  kind: string;
}

/** The page of the form, for who may offer. */
export function Offer() {
  return useMay("market.list") ? <OfferForm /> : <NotYours />;
}

/** Offer a product: what it is called, what it costs, for how long and how much it may be used. */
function OfferForm() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { product } = useSearch({ strict: false }) as Search;
  const products = useRows<Product>("/publish/products", { listable: true });
  const of = useServerForm({
    path: "/market/listings",
    keep: `offer.${product ?? ""}`,
    initial: {
      product_id: product ?? (null as string | null),
      title_ja: "",
      title_en: "",
      description_ja: "",
      description_en: "",
      price_yen: "" as number | string,
      months: 12 as number | string,
      max_releases: 100_000 as number | string,
      readers_bp: 5 as number | string,
      counts_made: false,
      sealed_part: false,
    },
    body: (values) => ({
      ...values,
      price_yen: values.price_yen === "" ? null : Number(values.price_yen),
      readers_bp: values.readers_bp === "" ? null : Math.round(Number(values.readers_bp) * 100),
    }),
    about: { already_listed: "product_id", not_listable: "product_id" },
    done: (made: ListingRow) => void navigate({ to: `/market/listings/${made.id}` }),
  });
  const { form } = of;
  return (
    <Screen title={t("market.offer_title")} about={t("market.offer_about")}>
      <MarketViews />
      <div style={{ maxWidth: 760 }}>
        <Form of={of} act={t("market.offer_now")}>
          <Select
            label={t("market.product")}
            description={t("market.product_about")}
            required
            searchable
            data={products.map((one) => ({
              value: one.id,
              label: `${one.name} (${t(`market.kinds.${one.kind}`, { defaultValue: one.kind })})`,
            }))}
            key={`${form.key("product_id")}${products.length}`}
            {...form.getInputProps("product_id")}
          />
          <Group grow align="flex-start">
            <TextInput
              label={t("market.title_ja")}
              required
              key={form.key("title_ja")}
              {...form.getInputProps("title_ja")}
            />
            <TextInput
              label={t("market.title_en")}
              required
              key={form.key("title_en")}
              {...form.getInputProps("title_en")}
            />
          </Group>
          <Group grow align="flex-start">
            <Textarea
              label={t("market.description_ja")}
              autosize
              minRows={3}
              key={form.key("description_ja")}
              {...form.getInputProps("description_ja")}
            />
            <Textarea
              label={t("market.description_en")}
              autosize
              minRows={3}
              key={form.key("description_en")}
              {...form.getInputProps("description_en")}
            />
          </Group>
          <Group grow align="flex-start">
            <NumberInput
              label={t("market.price")}
              required
              prefix="¥"
              thousandSeparator=","
              allowNegative={false}
              allowDecimal={false}
              hideControls
              key={form.key("price_yen")}
              {...form.getInputProps("price_yen")}
            />
            <NumberInput
              label={t("market.months")}
              suffix={t("market.months_unit")}
              min={1}
              max={120}
              key={form.key("months")}
              {...form.getInputProps("months")}
            />
          </Group>
          <Group grow align="flex-start">
            <NumberInput
              label={t("market.max_releases")}
              description={t("market.max_releases_about")}
              thousandSeparator=","
              min={1}
              hideControls
              key={form.key("max_releases")}
              {...form.getInputProps("max_releases")}
            />
            <NumberInput
              label={t("market.readers_share")}
              description={t("market.readers_share_about")}
              suffix=" %"
              min={0}
              max={100}
              decimalScale={2}
              key={form.key("readers_bp")}
              {...form.getInputProps("readers_bp")}
            />
          </Group>
          <Checkbox
            label={t("market.sealed_part")}
            description={t("market.sealed_part_about")}
            key={form.key("sealed_part")}
            {...form.getInputProps("sealed_part", { type: "checkbox" })}
          />
          <Checkbox
            label={t("market.counts_made")}
            description={t("market.counts_made_about")}
            key={form.key("counts_made")}
            {...form.getInputProps("counts_made", { type: "checkbox" })}
          />
        </Form>
      </div>
    </Screen>
  );
}
