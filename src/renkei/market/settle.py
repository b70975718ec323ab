"""Split a fee to the yen: largest remainder over integer weights, nothing lost or invented."""

from collections.abc import Mapping
from dataclasses import dataclass

from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest

WHOLE_BP = 10_000
PLATFORM, READERS = "platform", "readers"
RULE = "renkei.settle/1"


class NoWeightError(DataRefusedError):
    """Nobody has a weight, so nobody can be paid."""


class SharesRefusedError(DataRefusedError):
    """Shares go over the whole fee."""


def largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return integer parts of `total` that sum to it exactly, each within 1 of its exact share.

    q_k = ⌊total·w_k/W⌋; the units left over go to the largest remainders, ties in order of keys.

    Raises:
        NoWeightError: All weights are 0, or one or the total is negative.
    """
    whole = sum(weights.values())
    if total < 0 or whole <= 0 or min(weights.values()) < 0:
        raise NoWeightError("A fee needs at least one payee with a weight above 0.")
    parts = {key: total * weight // whole for key, weight in weights.items()}
    left = total - sum(parts.values())
    ranked = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in ranked[:left]:
        parts[key] += 1
    return parts


@dataclass(frozen=True, slots=True)
class SiteShare:
    """What one hospital brought: patients, a quality in percent, its share in basis points."""

    patients: int
    quality_percent: int
    share_bp: int

    @property
    def weight(self) -> int:
        """Return patients × quality."""
        return self.patients * self.quality_percent


@dataclass(frozen=True, slots=True)
class Rule:
    """How a fee is split; its hash stands in the settlement, so the same rule can be replayed."""

    readers_bp: int = 500
    counts_made: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the rule as the settlement keeps it."""
        return {
            "rule": RULE,
            "method": "largest_remainder",
            "weight": "patients*quality_percent*share_bp",
            "readers_bp": self.readers_bp,
            "counts_made": self.counts_made,
        }

    @property
    def sha256(self) -> str:
        """Return the hash of the rule."""
        return digest(canonical(self.to_json()))


def split_fee(net: int, sites: Mapping[str, SiteShare], rule: Rule) -> dict[str, int]:
    """Return the yen of each hospital, of the readers and of the platform; they sum to `net`.

    A hospital gets its contract's share of the part of the fee that its patients stand for; the
    platform gets what hospitals and readers leave.

    Raises:
        NoWeightError: No hospital has an accepted patient.
        SharesRefusedError: A hospital's share and the readers' go over the whole.
    """
    whole = sum(share.weight for share in sites.values())
    if whole == 0:
        raise NoWeightError(
            "No hospital has a patient that counts under this contract; see the offer's terms."
        )
    if any(not 0 <= s.share_bp <= WHOLE_BP - rule.readers_bp for s in sites.values()):
        raise SharesRefusedError(
            "The shares of hospital and readers go over the whole fee; lower one of them."
        )
    weights = {key: share.weight * share.share_bp for key, share in sites.items()}
    weights[READERS] = whole * rule.readers_bp
    weights[PLATFORM] = whole * WHOLE_BP - sum(weights.values())
    return largest_remainder(net, weights)


def tax(net: int, rate_percent: int) -> int:
    """Return consumption tax, rounded down once per rate and invoice."""
    return net * rate_percent // 100


def patient_part(paid: int, patients: int) -> int:
    """Return what of a hospital's fee one patient stood for, rounded down."""
    return paid // patients if patients else 0
