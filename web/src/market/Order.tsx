import { Anchor, Button, Group, NumberInput } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { Facts } from "../parts/Facts";
import { moment } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import type { LicenceRow, ListingRow, OrderRow } from "./rows";
import { useYen } from "./yen";

function Own({ order }: { order: OrderRow }) {
  const { t } = useTranslation();
  const yen = useYen();
  const navigate = useNavigate();
  const move = `/market/orders/${order.id}/move`;
  const drafting = ["draft", "clarifying"].includes(order.state);
  return (
    <Group gap="xs">
      {drafting && <Act path={move} body={{ to: "submitted" }} label={t("market.submit")} />}
      {order.state === "quoted" && (
        <Act<LicenceRow>
          path={`/market/orders/${order.id}/accept`}
          label={t("market.accept_quote", { price: yen(order.quote_yen) })}
          done={(licence) => void navigate({ to: `/market/licences/${licence.id}` })}
        />
      )}
      {(drafting || order.state === "quoted") && (
        <Act
          path={move}
          body={{ to: "abandoned" }}
          label={t("market.abandon")}
          variant="default"
          why
        />
      )}
    </Group>
  );
}

function Ours({ order }: { order: OrderRow }) {
  const { t } = useTranslation();
  const [price, setPrice] = useState<number | string>("");
  const decide = `/market/orders/${order.id}/decide`;
  if (order.state === "submitted") {
    return (
      <Group gap="xs">
        <Act path={decide} body={{ to: "approved" }} label={t("market.approve")} />
        <Act
          path={decide}
          body={{ to: "clarifying" }}
          label={t("market.ask_back")}
          variant="default"
          why
        />
        <Act
          path={decide}
          body={{ to: "refused" }}
          label={t("market.refuse")}
          variant="default"
          why
        />
      </Group>
    );
  }
  if (order.state !== "approved") return null;
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        size="xs"
        label={t("market.price_net")}
        description={t("market.price_about")}
        thousandSeparator=","
        allowNegative={false}
        allowDecimal={false}
        hideControls
        value={price}
        onChange={setPrice}
      />
      <Act
        path={`/market/orders/${order.id}/quote`}
        body={{ quote_yen: price === "" ? null : Number(price), tax_percent: 10 }}
        label={t("market.name_price")}
      />
    </Group>
  );
}

/** One request: what is asked, where it stands, and the moves that are one's own. */
export function Order() {
  const { t, i18n } = useTranslation();
  const yen = useYen();
  const orders = useMay("market.order");
  const decides = useMay("market.decide");
  const yes = (value: boolean) => t(value ? "parts.yes" : "parts.no");
  return (
    <Loaded<OrderRow> path={`/market/orders/${useId()}`}>
      {(order) => (
        <Screen
          title={t("market.order_of", { when: moment(order.created_at) })}
          about={<Name id={order.organisation_id} />}
          actions={<State value={order.state} />}
        >
          {orders && <Own order={order} />}
          {decides && <Ours order={order} />}
          <Facts
            rows={[
              [
                t("market.offer"),
                <Loaded<ListingRow> key="l" path={`/market/listings/${order.listing_id}`}>
                  {(listing) => (
                    <Anchor
                      component={Link}
                      to={`/market/listings/${listing.id}`}
                      fz="sm"
                      c="indigo.9"
                    >
                      {i18n.language === "ja" ? listing.title_ja : listing.title_en}
                    </Anchor>
                  )}
                </Loaded>,
              ],
              [
                t("market.purpose"),
                t(`market.purposes.${order.purpose}`, { defaultValue: order.purpose }),
              ],
              [t("market.country"), order.country],
              [t("market.commercial_use"), yes(order.commercial_use)],
              [t("market.develops_methods"), yes(order.develops_methods)],
              [t("market.wants_sealed"), yes(order.wants_sealed)],
              [t("market.message"), order.message || "—"],
              [t("market.quote"), yen(order.quote_yen)],
              [t("market.tax"), order.tax_percent === null ? "—" : `${order.tax_percent} %`],
              [t("market.quoted_until"), moment(order.quoted_until)],
              [t("parts.why"), order.why ?? "—"],
            ]}
          />
          {["ordered", "signed", "active"].includes(order.state) && (
            <Section title={t("market.licences")}>
              <Button
                component={Link}
                to={`/market/licences?order_id=${order.id}`}
                size="xs"
                variant="default"
              >
                {t("market.open_licence")}
              </Button>
            </Section>
          )}
        </Screen>
      )}
    </Loaded>
  );
}
