"""What the licensee buys and checks, and how the fee comes back to the hospitals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renkei.demo.organise import Cast
from renkei.demo.processes import run_tool
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle
from renkei.proof.verify import OWN_FILES, RECEIPT, TRUST

FEE_YEN = 1_000_000
# The exit code of data that must not be used.
REFUSED = 3


@dataclass(frozen=True, slots=True)
class Bought:
    """What the licensee holds: licence, delivery, and the decrypted folder."""

    licence: str
    delivery: str
    folder: Path


def list_version(cast: Cast, version: str, teller: Teller) -> str:
    """Offer the frozen version in the catalogue; return the listing."""
    with teller.step("list", "an offer with safe aggregates") as step, cast.client("curator") as c:
        product = next(p for p in c.pages("/publish/products") if p["version_id"] == version)
        listings = c.get("/market/listings", limit=1)["items"]
        if not listings:
            body = {
                "product_id": product["id"],
                "title_en": "Abdominal CT with organs and liver lesions (demo)",
                "title_ja": "腹部 CT 臓器・肝病変ラベル付き(デモ)",
                "description_en": "Two readers, adjudicated and signed. Made cases are marked.",
                "description_ja": "二重読影・裁定・署名済み。生成症例には印が付いています。",
                "price_yen": FEE_YEN,
                # The demo's patients are made: without this nobody would be paid.
                "counts_made": True,
            }
            listings = [c.post("/market/listings", body)]
        step.came = step.out = 1
        return str(listings[0]["id"])


def license_version(data: Path, cast: Cast, listing: str, teller: Teller) -> str:
    """Order, approve, quote, sign by both sides and pay; return the licence."""
    with (
        teller.step("license", "request, approval, quote, two signatures, payment") as step,
        cast.client("licensee") as buyer,
        cast.client("curator") as curator,
        cast.client("curator_2") as second,
        cast.client("operator") as operator,
    ):
        step.came = step.out = 1
        licences = buyer.get("/market/licences", limit=1)["items"]
        if licences:
            return str(licences[0]["id"])
        key = data / "licensee" / "key"
        key.parent.mkdir(exist_ok=True)
        if not key.exists():
            run_tool("market", "keygen", key)
        order = buyer.post("/market/orders", _order(listing, key.with_name("key.pub")))["id"]
        buyer.post(f"/market/orders/{order}/move", {"to": "submitted"})
        curator.post(f"/market/orders/{order}/decide", {"to": "approved", "why": "Fits the terms."})
        curator.post(f"/market/orders/{order}/quote", {"quote_yen": FEE_YEN})
        licence = buyer.post(f"/market/orders/{order}/accept")
        signed = {"terms_sha256": licence["terms_sha256"]}
        buyer.post(f"/market/licences/{licence['id']}/sign", signed)
        second.post(f"/market/licences/{licence['id']}/countersign", signed)
        operator.post(f"/market/licences/{licence['id']}/payment")
        until_idle(operator)
        return str(licence["id"])


def _order(listing: str, key: Path) -> dict[str, Any]:
    return {
        "listing_id": listing,
        "purpose": "product_development",
        "country": "JP",
        "commercial_use": True,
        "develops_methods": True,
        "key": key.read_text("ascii"),
        "message": "Segmentation of the liver for a research prototype.",
    }


def deliver(data: Path, cast: Cast, licence: str, teller: Teller) -> Bought:
    """Download, decrypt and verify as the licensee would, without trusting the platform."""
    with (
        teller.step("deliver", "Crypt4GH to the licensee's key, verified offline") as step,
        cast.client("licensee") as buyer,
        cast.client("operator") as operator,
    ):
        deliveries = buyer.get("/market/deliveries", limit=1)["items"]
        if not deliveries:
            deliveries = [buyer.post(f"/market/licences/{licence}/deliveries", {})]
            until_idle(operator)
        delivery = buyer.get(f"/market/deliveries/{deliveries[0]['id']}")
        who = cast.environment("licensee")
        sealed, plain = data / "licensee" / "sealed", data / "licensee" / "plain"
        run_tool("market", "download", delivery["id"], sealed, environment=who)
        run_tool("market", "decrypt", sealed, plain, "--key", data / "licensee" / "key")
        step.more["verify"] = verify(plain)["state"]
        step.came = delivery["files"]
        # What the licensee holds, without what the platform wrote about the delivery.
        held = [path for path in plain.rglob("*") if path.is_file()]
        step.out = sum(path.relative_to(plain).as_posix() not in OWN_FILES for path in held)
        step.more["released"] = buyer.get(f"/market/licences/{licence}")["released"]
        return Bought(licence, str(delivery["id"]), plain)


def settle(cast: Cast, licence: str, teller: Teller) -> None:
    """Distribute the fee by the rule, to the yen; one person settles, another pays out."""
    with (
        teller.step("settle", "the fee to each hospital, exact to the yen") as step,
        cast.client("operator") as operator,
        cast.client("curator") as curator,
    ):
        found = operator.get("/market/settlements", limit=1)["items"]
        if not found:
            found = [operator.post("/market/settlements", {"licence_id": licence})]
            curator.post(f"/market/settlements/{found[0]['id']}/payout")
            until_idle(operator)
        settlement = operator.get(f"/market/settlements/{found[0]['id']}")
        step.came = settlement["net"]
        step.out = sum(_yen(settlement["parts"]))
        step.more["hospitals"] = {
            s["period"] + " " + str(i + 1): s["yen"]
            for i, s in enumerate(operator.pages("/market/statements"))
        }


def _yen(parts: object) -> list[int]:
    """Return every amount of a settlement, however deep it stands."""
    if isinstance(parts, dict):
        return [yen for part in parts.values() for yen in _yen(part)]
    return [parts] if isinstance(parts, int) else []


def verify(folder: Path) -> dict[str, Any]:
    """Return the answer of `renkei verify` on a delivered folder: offline, with what came along."""
    receipt, trust = folder / RECEIPT, folder / TRUST
    lines = run_tool(
        *("verify", folder, "--receipt", receipt, "--trust", trust, "--json"), accept=(0, REFUSED)
    )
    return lines[-1]
