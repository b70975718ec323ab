"""The embedded log: an RFC 6962 tree beside the platform's own rows, with signed checkpoints.

It shows that nothing was changed or dropped since a checkpoint that somebody else holds; against
an owner who rewrites everything, only checkpoints kept by others help.
"""

from collections.abc import Sequence

from renkei.errors import NotFoundError, PeerUnreachableError
from renkei.ledger.contract import check_leaf
from renkei.ledger.ledger import Ledger, Store
from renkei.ledger.tree import consistency_parts, covering, fold, inclusion_parts, new_nodes
from renkei.proof.merkle import NoSuchLeafError
from renkei.proof.note import Checkpoint, SigningKey, sign_note
from renkei.proof.receipt import LogLeaf, LogProof, verify_receipt


class LogUnavailableError(PeerUnreachableError):
    """The log cannot answer; an empty answer would look like one."""


class NoSuchEntryError(NotFoundError):
    """The log has no such entry or size."""


def origin_of(key_name: str) -> str:
    """Return the log's name in checkpoints, from the name of the platform's key."""
    return f"{key_name}/ledger"


async def submit(store: Store, leaves: Sequence[LogLeaf], key: SigningKey) -> list[int]:
    """Append what is new, sign a checkpoint, and return the index of every record.

    Raises:
        KeyTakenError: A key holds another record; nothing is appended then.
    """
    await store.lock()
    known = dict(await store.find([leaf.key for leaf in leaves]))
    size = start = await store.size()
    fresh: list[LogLeaf] = []
    for leaf in leaves:
        if check_leaf(leaf, known[leaf.key][1] if leaf.key in known else None):
            known[leaf.key] = (size, leaf)
            fresh.append(leaf)
            size += 1
    if fresh:
        frontier = await _nodes(store, covering(0, start))
        made = new_nodes(start, [leaf.hash() for leaf in fresh], frontier)
        await store.append(start, fresh, made)
        root = fold([(made.get(n) or frontier[n]) for n in covering(0, size)])
        checkpoint = Checkpoint(origin_of(key.name), size, root)
        await store.publish(checkpoint, sign_note(checkpoint.text(), key))
    return [known[leaf.key][0] for leaf in leaves]


async def prove(store: Store, index: int) -> LogProof:
    """Return the proof of an entry under the newest checkpoint.

    Raises:
        NoSuchEntryError: There is no such entry.
        LogUnavailableError: There is no checkpoint.
    """
    checkpoint, note = await newest(store)
    try:
        parts = inclusion_parts(index, checkpoint.size)
    except NoSuchLeafError as error:
        raise NoSuchEntryError("The log has no such entry; choose one from the list.") from error
    return LogProof(index, tuple(await _folded(store, parts)), note)


async def prove_growth(store: Store, old: int, new: int) -> list[bytes]:
    """Return the consistency proof between two sizes that the log had.

    Raises:
        NoSuchEntryError: The log never had one of these sizes.
    """
    if new > await store.size():
        raise NoSuchEntryError("The log never had this size; take one of its checkpoints.")
    try:
        parts = consistency_parts(old, new)
    except NoSuchLeafError as error:
        raise NoSuchEntryError(
            "The log never had this size; take one of its checkpoints."
        ) from error
    return await _folded(store, parts)


async def newest(store: Store) -> tuple[Checkpoint, str]:
    """Return the newest checkpoint.

    Raises:
        LogUnavailableError: Nothing was ever anchored.
    """
    found = await store.latest()
    if found is None:
        raise LogUnavailableError("The log has no checkpoint yet; anchor something first.")
    return found


async def _folded(store: Store, parts: Sequence[Sequence[tuple[int, int]]]) -> list[bytes]:
    hashes = await _nodes(store, [node for part in parts for node in part])
    return [fold([hashes[node] for node in part]) for part in parts]


async def _nodes(store: Store, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    found = dict(await store.nodes(wanted))
    if len(found) != len(set(wanted)):
        raise LogUnavailableError("The log has lost nodes; restore it from a backup.")
    return found


LEDGER = Ledger(
    name="embedded",
    about="RFC 6962 log in the platform's database, C2SP checkpoints",
    submit=submit,
    prove=prove,
    verify=verify_receipt,
)
